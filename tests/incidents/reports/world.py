"""What the parts of the addresses of residents' reports stand for (tests/guard.py)."""

from typing import Any

from tests.cast import Cast
from tests.incidents.reports.made import a_photo, report


def add_reports(world: Any, cast: Cast) -> None:
    """One report in grid A and one far away; their codes are open to everybody."""
    from tests.guard import Row  # noqa: PLC0415 -- tests/guard.py calls this

    near = report(cast, cast.grid_a, photos=[a_photo()])
    far = report(cast, cast.far_grid)
    world.add("reports/", "pk", Row(near.pk, cast.grid_a), Row(far.pk, cast.far_grid))
    for start in ("echo/", "reports/"):
        world.add(start, "code", Row(near.code), Row(far.code))
    world.add("echo/", "number", Row(1))
