"""Areas, posts, the people and places to visit, visits, vocabulary and imports."""

from grids.models.area import AddressRule, Area, Unit
from grids.models.imports import ImportBatch, ImportRow
from grids.models.post import Post, Role
from grids.models.target import DueChange, Suspension, Target
from grids.models.visit import Visit, VisitPhoto
from grids.models.vocabulary import Parameter, Term

__all__ = [
    "AddressRule",
    "Area",
    "DueChange",
    "ImportBatch",
    "ImportRow",
    "Parameter",
    "Post",
    "Role",
    "Suspension",
    "Target",
    "Term",
    "Unit",
    "Visit",
    "VisitPhoto",
]
