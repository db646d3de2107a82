"""Bodies that are no JSON are refused in words on every address that takes one."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from shared.parsers import MALFORMED
from tests.cast import Cast

BODIES = {
    "lists": b"[" * 200_000,
    "objects": b'{"a":' * 100_000,
    "closed": b"[" * 5_000 + b"]" * 5_000,
    "nul": b'{"username": "a\x00"}',
    "latin": b'{"username": "\xff\xfe"}',
    "surrogate": b'{"username": "\\ud800"}',
    "nan": b'{"username": NaN}',
    "cut": b'{"username": ',
}
ADDRESSES = ["auth/login", "visits/", "visits/batch/", "hazards/"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_malformed_body_is_a_bad_request(
    cast: Cast, api: Callable[[User], APIClient], address: str, body: bytes
) -> None:
    client = APIClient() if address.startswith("auth") else api(cast.worker)
    answer = client.post(f"/api/v1/{address}", body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"] == MALFORMED
