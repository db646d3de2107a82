"""Every address of the portal, and the rows that its `<…>` parts stand for: in grid A, and far away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import workflow as accounts
from accounts.models import User
from digests.models import Digest
from digests.workflow import run_digest
from grids.models import AddressRule, Area, ImportBatch, ImportRow, Parameter, Post, Term, VisitPhoto
from matters.models import Notice, Obligation
from shared.dates import today
from tests.cast import Cast
from tests.digests.world import bulletin_world
from tests.incidents.diverted import diverted
from tests.incidents.made import hazard, incident
from tests.incidents.reports.world import add_reports
from tests.incidents.world import hazard_world
from tests.matters.world import notice_world
from tests.mediation.world import case_world

WITHOUT_MARK = {
    "admin/": "Django's own: PortalAdmin lets only superusers in (tests/accounts/test_admin_site.py)",
    "api/v1/schema/": "the API's description: any signed-in user (settings.SPECTACULAR_SETTINGS)",
    "api/v1/docs/": "the same as a page",
}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Endpoint:
    """One URL pattern: its template without the leading slash, and the view behind it."""

    path: str
    view: Any
    kwargs: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        """Below /api/."""
        return self.path.startswith("api/")

    @property
    def cls(self) -> Any:
        """The class of an API view."""
        return getattr(self.view, "cls", None)

    @property
    def public(self) -> str:
        """Why anybody may open it; "" where not."""
        return str(getattr(self.cls or self.view, "public", ""))

    @property
    def methods(self) -> list[str]:
        """Methods that an API view has (upper case)."""
        actions = getattr(self.view, "actions", None)
        names = list(actions) if actions else [name for name in METHODS if hasattr(self.cls, name)]
        return [name.upper() for name in names]

    def rights(self, method: str) -> tuple[str, ...]:
        """The rights of which one opens it; empty where being signed in is enough."""
        if not self.is_api:
            return tuple(getattr(self.view, "scope", ()))
        given: dict[str, str] = getattr(self.cls, "rights", {})
        right = given.get(method, given.get("*", ""))
        return (right,) if right else ()


def _walk(patterns: Any, prefix: str = "", kwargs: tuple[str, ...] = ()) -> Iterator[Endpoint]:
    for found in patterns:
        part = str(found.pattern)
        names = (*kwargs, *found.pattern.converters)
        if isinstance(found, URLResolver):
            yield from _walk(found.url_patterns, prefix + part, names)
        elif isinstance(found, URLPattern):
            yield Endpoint(prefix + part, found.callback, names)


ENDPOINTS = sorted(_walk(get_resolver().url_patterns), key=lambda e: e.path)
OURS = [e for e in ENDPOINTS if not any(e.path.startswith(start) for start in WITHOUT_MARK)]


class Row(NamedTuple):
    """What stands in an address: its value, where it lies and whose it is (None = everywhere, nobody's)."""

    value: Any
    area: Area | None = None
    owner: User | None = None


@dataclass
class World:
    """Rows by the address's beginning and its part's name: `visits/` + `pk`; the longest beginning wins."""

    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def add(self, start: str, name: str, *rows: Row) -> None:
        """Register."""
        self.rows[start, name] = list(rows)

    def find(self, path: str, name: str) -> list[Row]:
        """The rows for one part. Fails by name where nobody said what the part stands for."""
        inner = path.removeprefix("api/v1/")
        starts = [start for start, part in self.rows if part == name and inner.startswith(start)]
        if not starts:
            pytest.fail(
                f"The address '{path}' has a part <{name}> that tests/guard.py does not know: add a row near "
                f"and a row far away to `build_world`, e.g. world.add('{inner.split('<')[0]}', '{name}', "
                "Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))."
            )
        return self.rows[max(starts, key=len), name]

    def addresses(self, endpoint: Endpoint) -> list[tuple[str, list[Row]]]:
        """The endpoint's address near and far, each with the rows in it."""
        options = {name: self.find(endpoint.path, name) for name in endpoint.kwargs}
        found = []
        for place in range(max((len(rows) for rows in options.values()), default=1)):
            chosen = {name: rows[min(place, len(rows) - 1)] for name, rows in options.items()}
            path = endpoint.path
            for name, row in chosen.items():
                path = _filled(path, name, row.value)
            found.append((f"/{path}", list(chosen.values())))
        return found


def _filled(path: str, name: str, value: Any) -> str:
    before, _, rest = path.partition(f"{name}>")
    return before.rpartition("<")[0] + str(value) + rest


def build_world(cast: Cast) -> World:
    """One row of each kind in grid A (河边村) and one in the far street."""
    world = World()
    _people(world, cast)
    _targets(world, cast)
    _matters(world, cast)
    _digests(world, cast)
    _imports(world, cast)
    worlds = (hazard_world, notice_world, case_world, bulletin_world)
    for start, name, rows in [row for of in worlds for row in of(cast)]:
        world.add(start, name, *(Row(*row) for row in rows))
    term = Term.objects.get(scheme="hazard_type", code="fire")
    world.add("reference/terms/", "pk", Row(term.pk))
    world.add("reference/parameters/", "code", Row(Parameter.objects.get(code="visit_days_red").code))
    world.add("reference/", "scheme", Row("hazard_type"))
    world.add("styleguide/", "name", Row("404"))
    add_reports(world, cast)
    _stations(world, cast)
    return world


def _stations(world: World, cast: Cast) -> None:
    from tests.mediation.roster_world import roster_rows  # noqa: PLC0415 -- it uses World

    roster_rows(world, cast)


def _people(world: World, cast: Cast) -> None:
    near, far = Post.objects.get(user=cast.worker), Post.objects.get(user=cast.far_worker)
    key, _ = accounts.issue_key(user=cast.program, name="走查")
    world.add("people/", "pk", Row(cast.worker.pk, cast.grid_a), Row(cast.far_worker.pk, cast.far_grid))
    world.add("people/posts/", "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))
    world.add("people/", "action", Row("deactivate"))
    world.add("me/keys/", "token_key", Row(key.token_key, owner=cast.program))
    notices = [
        Notice.objects.create(source="guard", recipient=user, channel="inbox", subject="通知", body="内容")
        for user in (cast.worker, cast.far_worker)
    ]
    world.add("inbox/", "pk", *(Row(notice.pk, owner=notice.recipient) for notice in notices))


def _targets(world: World, cast: Cast) -> None:
    near, far = cast.target(), cast.target(cast.far_grid)
    world.add("targets/", "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))
    world.add("personal/", "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))
    world.add("personal/", "kind", Row("target"))
    visits = cast.visit(near), cast.visit(far, visitor=cast.far_worker)
    world.add("visits/", "pk", Row(visits[0].pk, cast.grid_a), Row(visits[1].pk, cast.far_grid))
    photos = [
        VisitPhoto.objects.create(
            visit=visit, image=ContentFile(b"not really a picture", "photo.jpg"), digest=uuid4().hex
        )
        for visit in visits
    ]
    world.add("visits/photos/", "pk", Row(photos[0].pk, cast.grid_a), Row(photos[1].pk, cast.far_grid))
    _areas(world, cast)


def _areas(world: World, cast: Cast) -> None:
    far_village = Area.objects.get(children=cast.far_grid)
    near = AddressRule.objects.get(area=cast.grid_a)
    far = AddressRule.objects.create(area=cast.far_grid, village=far_village, road="太平路")
    far_range = AddressRule.objects.create(area=cast.far_grid, village=cast.far_grid, road="三区")
    near_range = AddressRule.objects.get(area=cast.grid_a)
    world.add("areas/ranges/", "pk", Row(near_range.pk, cast.grid_a), Row(far_range.pk, cast.far_grid))
    world.add("areas/", "pk", Row(cast.grid_a.pk, cast.grid_a), Row(cast.far_grid.pk, cast.far_grid))
    grids = "areas/<int:pk>/grids/"
    world.add(grids, "pk", Row(cast.village.pk, cast.village), Row(far_village.pk, far_village))
    world.add("areas/ranges/", "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))


def _matters(world: World, cast: Cast) -> None:
    near, far = incident(cast), incident(cast, cast.far_grid)
    for start in ("matters/", "incidents/"):
        world.add(start, "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))
    passed = diverted(cast, unit=cast.station), diverted(cast, far=True)
    world.add("incidents/diversions/", "pk", Row(passed[0].pk, cast.grid_a), Row(passed[1].pk, cast.far_grid))
    hazards = hazard(cast), hazard(cast, cast.far_worker, cast.far_grid)
    world.add("hazards/", "pk", Row(hazards[0].pk, cast.grid_a), Row(hazards[1].pk, cast.far_grid))
    tray = [incident(cast, area, state="reported", placed="tray") for area in (cast.street, cast.far_street)]
    world.add("incidents/tray/", "pk", Row(tray[0].pk, cast.street), Row(tray[1].pk, cast.far_street))
    world.add("matters/loop/", "kind", Row("hazard"))
    owed = [
        Obligation.objects.create(
            kind="incident",
            area=matter.area,
            business_date=today(),
            source=f"matter:{matter.pk}",
            matter=matter,
            title="昨夜警情",
            due_at=timezone.now(),
        )
        for matter in (near, far)
    ]
    world.add("today/", "pk", Row(owed[0].pk, cast.grid_a), Row(owed[1].pk, cast.far_grid))


def _digests(world: World, cast: Cast) -> None:
    rows = []
    for street, area in ((cast.street, cast.grid_a), (cast.far_street, cast.far_grid)):
        run_digest(kind="morning", street=street, day=today())
        rows.append(Row(Digest.objects.get(area=area, audience="area").pk, area))
    world.add("digests/", "pk", *rows)


def _imports(world: World, cast: Cast) -> None:
    batches = [
        ImportBatch.objects.create(
            kind="incidents", area=area, name="周报.csv", digest=uuid4().hex, state="done", by=by
        )
        for area, by in ((cast.street, cast.command), (cast.far_street, cast.far_command))
    ]
    for batch in batches:
        ImportRow.objects.create(batch=batch, number=4, outcome="rejected", values={}, errors=[])
    world.add("imports/", "pk", Row(batches[0].pk, cast.street), Row(batches[1].pk, cast.far_street))
    world.add("imports/", "number", Row(4))
    world.add("imports/template/", "kind", Row("incidents"))
