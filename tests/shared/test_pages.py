"""Keyset pages: every row once, in order, both ways, whatever the page size."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grids.models import Term
from shared.errors import InvalidInput
from shared.pages import keyset

pytestmark = pytest.mark.django_db


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 7))
def test_walking_forth_and_back_meets_every_row_once(db: None, positions: list[int], size: int) -> None:
    Term.objects.filter(scheme="pages").delete()
    Term.objects.bulk_create(
        Term(scheme="pages", code=f"c{i}", label="x", position=p) for i, p in enumerate(positions)
    )
    rows = Term.objects.filter(scheme="pages")
    order = ("-position", "id")
    wanted = [t.pk for t in rows.order_by(*order)]
    seen: list[int] = []
    cursor, pages = "", []
    while True:
        page = keyset(rows, order=order, cursor=cursor, size=size)
        pages.append([t.pk for t in page.rows])
        seen += pages[-1]
        if page.next is None:
            break
        cursor = page.next
    assert seen == wanted
    for earlier in reversed(pages[:-1]):
        assert page.previous is not None
        page = keyset(rows, order=order, cursor=page.previous, size=size)
        assert [t.pk for t in page.rows] == earlier


@pytest.mark.parametrize("cursor", ["nonsense", "~", "bm90IGpzb24", "WzFd", "WyJ4IiwieSJd"])
def test_a_made_up_cursor_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keyset(Term.objects.all(), order=("-position", "id"), cursor=cursor)
    assert "第一页" in refused.value.message
