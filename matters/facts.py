"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

matter_advanced = Signal()
"""Sent with `matter`, `event`, `actor` after each move."""
