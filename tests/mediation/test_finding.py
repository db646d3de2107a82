"""A case is found by the number as people say it: "二百五十九号" is typed 259."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.mediation.made import dispute


@pytest.mark.parametrize("word", ["7", "007", "第7号", "007号", "(2026)城东人调字第007号"])
def test_a_case_is_found_by_the_end_of_its_number(cast: Cast, as_user: Any, word: str) -> None:
    wanted = dispute(cast, case_no="(2026)城东人调字第007号", address="河边村一区")
    dispute(cast, case_no="(2026)城东人调字第070号", address="河边村二区")
    page = as_user(cast.mediator).get("/mediation/", {"q": word, "view": "all"}).content.decode()
    assert f'href="/mediation/{wanted.pk}/"' in page
    assert "第070号" not in page
