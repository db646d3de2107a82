"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

matter_advanced = Signal()
"""Sent with `matter`, `event`, `actor` after each move."""

matter_referred = Signal()
"""Sent with `matter`, `event`, `actor`, `to` (where it goes, e.g. "mediation") when a matter is referred."""
