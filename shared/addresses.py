"""The network address that a request came from, trusting only as many proxies as are really there."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The caller's address: the one that the outermost of `PROXY_HOPS` own proxies saw; None where it is
    unreadable.

    Addresses further left in X-Forwarded-For are the caller's own claim and are not believed.
    """
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    hops = settings.PROXY_HOPS
    claimed = chain[-hops] if 0 < hops <= len(chain) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return None


def from_this_machine(request: HttpRequest) -> bool:
    """True for a caller on the loopback interface that no proxy forwarded."""
    address = client_address(request)
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return address is not None and ipaddress.ip_address(address).is_loopback and not forwarded
