"""Who could be put on a station's list, and for which departments."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from grids.models import Post, Unit


def departments_of(station: Unit) -> QuerySet[Unit]:
    """The departments of the station's street."""
    root = f"/{station.area.path.strip('/').partition('/')[0]}/"
    return Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, area__path__startswith=root).order_by("pk")


def candidates(station: Unit) -> QuerySet[User]:
    """Everybody who may serve (`roster.serve`) somewhere in the station's street, with his `office`: several
    people have the same name.
    """
    root = f"/{station.area.path.strip('/').partition('/')[0]}/"
    posts = Post.objects.on().filter(role__rights__contains=["roster.serve"], area__path__startswith=root)
    offices = posts.filter(user=OuterRef("pk"), unit__isnull=False).order_by("pk").values("unit__name")
    found = User.objects.filter(is_active=True, pk__in=posts.values("user"))
    return found.annotate(office=Subquery(offices[:1])).order_by("initials", "pk")
