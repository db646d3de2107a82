"""`manage.py verify_papers`: read every kept paper, scan and archived file again and compare its SHA-256."""

from typing import Any

from mediation.models import Archive, Paper, Scan
from mediation.papers.page import broken
from shared.commands import JsonCommand


class Command(JsonCommand):
    """Exits with 1 where a file is gone, cannot be read or is not what was kept; each is named by its row."""

    help = "核验全部调解文书、扫描件和归档卷宗的 SHA-256"

    def run(self, **_: Any) -> dict[str, Any]:
        """Counts, and the rows that do not hold."""
        checked, failed = 0, []
        for model in (Paper, Scan, Archive):
            for row in model.objects.order_by("pk").iterator(chunk_size=200):
                checked += 1
                failed += [f"{model.__name__.lower()} {row.pk}: {fault.why}" for fault in broken([row])]
        return {"checked": checked, "intact": checked - len(failed), "failed": failed}
