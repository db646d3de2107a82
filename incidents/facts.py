"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

incident_diverted = Signal()
"""Sent with `incident`, `matter`, `diversion`, `unit` (None = the street's command room) and `actor` when the
police pass an incident on (非警务分流)."""
