"""The app's registration with Django."""

from django.apps import AppConfig


class DigestsConfig(AppConfig):
    """警情双响."""

    name = "digests"
    verbose_name = "警情双响"
