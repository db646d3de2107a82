"""The app's registration with Django."""

from django.apps import AppConfig
from django.core.signals import request_started

from chengdong.field_words import FIELD_WORDS
from shared import asked
from shared.connections import trust_fresh


class ChengdongConfig(AppConfig):
    """What composes the other apps; on start it ties facts to the functions that react."""

    name = "chengdong"
    verbose_name = "城东街道社会治理平台"

    def ready(self) -> None:
        """Connect the facts (see wiring.py), and give the API its words."""
        from chengdong import wiring  # noqa: PLC0415 -- models must be loaded first

        wiring.connect()
        asked.speak(FIELD_WORDS)
        request_started.connect(trust_fresh)
