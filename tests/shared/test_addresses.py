"""Which address is believed."""

from typing import Any

import pytest
from django.test import RequestFactory

from shared.addresses import client_address, from_this_machine


@pytest.mark.parametrize(
    ("hops", "forwarded", "remote", "believed"),
    [
        (0, "", "10.0.0.1", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "10.0.0.1", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7", "10.0.0.1", "6.6.6.6"),
        (2, "7.7.7.7", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", None),
        (0, "", "", None),
        (1, "2001:db8::1", "10.0.0.1", "2001:db8::1"),
    ],
)
def test_only_own_proxies_are_believed(
    settings: Any, hops: int, forwarded: str, remote: str, believed: str | None
) -> None:
    settings.PROXY_HOPS = hops
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory(headers=headers).get("/", REMOTE_ADDR=remote)) == believed


def test_this_machine_is_not_claimed_through_a_proxy(settings: Any) -> None:
    settings.PROXY_HOPS = 1
    direct = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")
    through = RequestFactory(headers={"X-Forwarded-For": "127.0.0.1"}).get("/", REMOTE_ADDR="127.0.0.1")
    assert from_this_machine(direct)
    assert not from_this_machine(through)
