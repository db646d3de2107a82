"""What an area's page tells of its matters and of what it owes today."""

from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import User
from grids.areas.standings import Standing
from grids.models import Area
from grids.scope import covers
from matters.models import Matter, Obligation
from matters.models.matter import MatterQuerySet
from matters.models.obligation import ObligationQuerySet
from matters.obligations import RIGHT, SUMS
from matters.queries import overdue
from shared.dates import today


def of_area(user: User, area: Area) -> list[Standing]:
    """Open matters, and 应回应 = 已回应 + 已说明 + 待回应 of today, of the area with all below it."""
    found = []
    if covers(user, "matters.view", area):
        seen: MatterQuerySet = Matter.objects.within(user, "matters.view")
        counted = (
            seen.open()
            .filter(area__path__startswith=area.path)
            .aggregate(n=Count("id"), late=Count("id", filter=Q(overdue())))
        )
        address = f"{reverse('matter_list')}?view=open&area={area.pk}"
        sub = f"其中超期 {counted['late']} 件" if counted["late"] else "没有超期的"
        found.append(Standing("未办结事项", counted["n"], sub, address))
    if covers(user, RIGHT, area):
        owed: ObligationQuerySet = Obligation.objects.within(user, RIGHT)
        day = owed.filter(business_date=today(), area__path__startswith=area.path).aggregate(**SUMS)
        sub = f"已回应 {day['done']} + 已说明 {day['excused']} + 待回应 {day['open']}"
        found.append(Standing("今天应回应", day["expected"], sub, f"{reverse('home')}?area={area.pk}"))
    return found
