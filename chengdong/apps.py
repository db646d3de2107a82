"""The app's registration with Django."""

from django.apps import AppConfig
from django.core.signals import request_started

from shared.connections import trust_fresh


class ChengdongConfig(AppConfig):
    """What composes the other apps; on start it ties facts to the functions that react."""

    name = "chengdong"
    verbose_name = "城东街道社会治理平台"

    def ready(self) -> None:
        """Connect the facts (see wiring.py)."""
        from chengdong import wiring  # noqa: PLC0415 -- models must be loaded first

        wiring.connect()
        request_started.connect(trust_fresh)
