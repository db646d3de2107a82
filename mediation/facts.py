"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

case_accepted = Signal()
"""Sent with `dispute`, `actor` when a case is accepted: the moment at which it gets its number."""

case_ended = Signal()
"""Sent with `dispute`, `actor` when mediation ends with or without an agreement (`dispute.result`)."""
