"""Who could be put on a station's list, and for which departments."""

from django.db.models import QuerySet

from accounts.models import User
from grids.models import Post, Unit


def departments_of(station: Unit) -> QuerySet[Unit]:
    """The departments of the station's street."""
    root = f"/{station.area.path.strip('/').partition('/')[0]}/"
    return Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, area__path__startswith=root).order_by("pk")


def candidates(station: Unit) -> QuerySet[User]:
    """Everybody who may serve (`roster.serve`) somewhere in the station's street."""
    root = f"/{station.area.path.strip('/').partition('/')[0]}/"
    posts = Post.objects.on().filter(role__rights__contains=["roster.serve"], area__path__startswith=root)
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("initials", "pk")
