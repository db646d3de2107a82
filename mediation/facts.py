"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

case_turned = Signal()
"""Sent with `dispute`, `actor`, `turn` when a case comes to what others wait for: it is "accepted",
"archived", "reopened", or mediation ends with or without an agreement (a `Dispute.Result`).
"""
