"""Rows for the addresses of a case's file: near at the cast's station, and far away."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from mediation.models import Dispute, Paper, Scan
from shared.crypto import seal
from tests.cast import Cast
from tests.mediation.files import scan


def file_world(cast: Cast, near: Dispute, far: Dispute) -> Iterator[tuple[str, str, list[tuple[Any, ...]]]]:
    """(beginning, part, rows near and far) of two cases, each with a paper and a scan of one page."""
    sealed = ContentFile(seal(scan().read()), "kept.sealed")
    kept: dict[str, Any] = {
        "sha256": "0" * 64,
        "pages": 1,
        "size": 1,
        "by": cast.mediator,
        "at": timezone.now(),
    }
    papers = [
        Paper.objects.create(
            dispute=case, code="register", version=1, substance="0" * 64, file=sealed, **kept
        )
        for case in (near, far)
    ]
    scans = [
        Scan.objects.create(dispute=case, code="evidence", digest="0" * 64, file=sealed, **kept)
        for case in (near, far)
    ]
    areas = (cast.village, cast.far_grid)
    rows = [(paper.pk, area) for paper, area in zip(papers, areas, strict=True)]
    yield "mediation/", "paper", rows
    yield "cases/", "paper", rows
    yield "mediation/", "scan", [(scan.pk, area) for scan, area in zip(scans, areas, strict=True)]
    yield "mediation/", "code", [("application",)]
    yield "mediation/", "subject", [(0,)]
    yield (
        "mediation/letterheads/",
        "pk",
        [(cast.street.pk, cast.street), (cast.far_street.pk, cast.far_street)],
    )
