"""Facts that this app declares; chengdong/wiring.py says who reacts, in the same transaction."""

from django.dispatch import Signal

visit_logged = Signal()
"""Sent with `visit` and `findings` (dict of cleaned form parts for other apps: `hazard`, `dispute`)."""

target_suspended = Signal()
"""Sent with `target`, `suspension`, `actor`."""

import_finished = Signal()
"""Sent with `batch` when a run ends, done or failed."""
