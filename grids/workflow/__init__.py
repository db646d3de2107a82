"""Every write of this app with a consequence: visits and the targets they are owed to."""

from grids.workflow.targets import add_target, edit_target, remove_target, resume, resume_ended, suspend
from grids.workflow.visits import Position, log_visit

__all__ = [
    "Position",
    "add_target",
    "edit_target",
    "log_visit",
    "remove_target",
    "resume",
    "resume_ended",
    "suspend",
]
