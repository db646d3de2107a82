"""The app's registration with Django."""

from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    """巡防."""

    name = "patrols"
    verbose_name = "巡防"
