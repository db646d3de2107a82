"""The SQL of both digests, from digests/sql/: one statement over a street for each step, none per grid.

Parameters of all: `below` (path of the street and `%`), `day`, `now` (aware), `with_village` (kind:state).
"""

from pathlib import Path
from string import Template

from incidents.repeats.queries import EARLIER

HERE = Path(__file__).resolve().parent / "sql"


def _read(*names: str, **parts: str) -> str:
    return "\n".join(Template((HERE / f"{name}.sql").read_text()).substitute(parts) for name in names)


ALL_ROWS = "TABLE incident_row UNION ALL TABLE standing_row UNION ALL TABLE carried_row"

RAISE = _read("territory", "incidents", "standing", "carried", "write", earlier=EARLIER, rows=ALL_ROWS)
"""One obligation for each thing that an area must answer."""
TOP_UP = _read("territory", "incidents", "write", earlier=EARLIER, rows="TABLE incident_row")
"""The same for incidents that came in between the two digests."""
STALE = _read("stale")
ESCALATE = _read("escalate")
GATHER = _read("gather")
FREEZE = _read("territory", "freeze")
