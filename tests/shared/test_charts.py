"""Geometry of the small charts: the parts add up, stay inside and keep their scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.charts import spark_bars, spark_line, sum_segments

COUNT = st.integers(min_value=0, max_value=400)


@given(COUNT, COUNT, COUNT)
def test_segments_never_leave_the_bar(done: int, excused: int, open_: int) -> None:
    _, rects = sum_segments(done, excused, open_)
    assert all(r.x >= 0 and r.width > 0 and r.x + r.width <= 351 for r in rects)


@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8))
def test_small_sums_show_one_cell_each(done: int, excused: int, open_: int) -> None:
    cells, rects = sum_segments(done, excused, open_)
    if done + excused + open_ == 0:
        assert not cells
        assert [r.kind for r in rects] == ["bar__rest"]
    else:
        assert cells
        assert [r.kind for r in rects] == ["bar__done"] * done + ["bar__note"] * excused + [
            "bar__open"
        ] * open_


def test_large_sums_are_in_proportion() -> None:
    cells, rects = sum_segments(143, 6, 37)
    assert not cells
    assert [r.kind for r in rects] == ["bar__done", "bar__note", "bar__open"]
    assert rects[0].width == pytest.approx(350 * 143 / 186, abs=0.1)


def test_line_ends_at_its_newest_value_and_marks_the_goal() -> None:
    line = spark_line([0.5, 1.0], low=0, high=1, goal=1)
    assert line is not None
    assert line.points == "4.5,22.0 145.5,4.5"
    assert (line.x, line.y, line.goal) == (145.5, 4.5, 4.5)
    assert spark_line([]) is None
    assert spark_line([3]) is not None


def test_bars_share_a_scale_and_mark_now() -> None:
    bars = spark_bars([2, 4], top=8)
    assert [b.kind for b in bars] == ["spark__past", "spark__now"]
    assert bars[1].height == 2 * bars[0].height == 18
    assert spark_bars([1], worse=True)[0].kind == "spark__now spark__now--bad"
    assert spark_bars([]) == []
