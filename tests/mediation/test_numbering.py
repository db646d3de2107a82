"""Case numbers: gap-free whoever asks, rolled back or not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from grids import reference
from grids.models import Area
from mediation.models import CaseCounter, Letterhead
from mediation.papers.numbering import letterhead_of, next_case_no
from tests.cast import Cast, build_cast

THREADS = 8
EACH = 5


class AcceptFailed(Exception):
    """What goes wrong after a number was given."""


@transaction.atomic
def accept_and_fail(area: Area) -> None:
    """A case is numbered, then something goes wrong."""
    next_case_no(area=area, year=2026)
    raise AcceptFailed


@pytest.mark.usefixtures("transactional_db")
def test_eight_clerks_at_once_leave_no_gap_though_every_third_case_is_rolled_back() -> None:
    reference.load()
    street = build_cast().street
    barrier = Barrier(THREADS)

    def clerk(thread: int) -> list[str]:
        barrier.wait()
        kept = []
        for turn in range(EACH):
            try:
                with transaction.atomic():
                    number = next_case_no(area=street, year=2026)
                    if (thread + turn) % 3 == 0:
                        raise AcceptFailed
            except AcceptFailed:
                continue
            kept.append(number)
        connection.close()
        return kept

    with ThreadPoolExecutor(THREADS) as pool:
        kept = [number for numbers in pool.map(clerk, range(THREADS)) for number in numbers]
    rolled_back = sum((thread + turn) % 3 == 0 for thread in range(THREADS) for turn in range(EACH))
    assert len(kept) == THREADS * EACH - rolled_back
    assert sorted(kept) == [f"(2026)城东人调字第{n:03d}号" for n in range(1, len(kept) + 1)]
    assert CaseCounter.objects.get().last == len(kept)


def test_a_rolled_back_case_gives_its_number_to_the_next(cast: Cast) -> None:
    assert next_case_no(area=cast.village, year=2026) == "(2026)城东人调字第001号"
    with pytest.raises(AcceptFailed):
        accept_and_fail(cast.village)
    assert next_case_no(area=cast.grid_b, year=2026) == "(2026)城东人调字第002号"


def test_each_year_and_each_street_counts_anew(cast: Cast) -> None:
    assert next_case_no(area=cast.street, year=2026) == "(2026)城东人调字第001号"
    assert next_case_no(area=cast.street, year=2027) == "(2027)城东人调字第001号"
    assert next_case_no(area=cast.far_grid, year=2026) == "(2026)太平人调字第001号"


def test_the_street_word_is_data(cast: Cast) -> None:
    Letterhead.objects.create(
        street=cast.street, word="温城东", committee="温岭市城东街道人民调解委员会", court="温岭市人民法院"
    )
    assert next_case_no(area=cast.grid_a, year=2026) == "(2026)温城东人调字第001号"
    assert letterhead_of(cast.grid_a).court == "温岭市人民法院"


@pytest.mark.parametrize(
    ("name", "word"), [("太平街道", "太平"), ("大溪镇", "大溪"), ("石桥头镇", "石桥头"), ("坞根乡", "坞根")]
)
def test_without_a_letterhead_the_name_gives_the_word(cast: Cast, name: str, word: str) -> None:
    Area.objects.filter(pk=cast.far_street.pk).update(name=name)
    assert letterhead_of(Area.objects.get(pk=cast.far_street.pk)).word == word


def test_beyond_999_the_number_grows(cast: Cast) -> None:
    CaseCounter.objects.create(street=cast.street, year=2026, last=999)
    assert next_case_no(area=cast.street, year=2026) == "(2026)城东人调字第1000号"
