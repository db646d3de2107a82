"""The app's registration with Django."""

from django.apps import AppConfig


class CheckupsConfig(AppConfig):
    """平安体检."""

    name = "checkups"
    verbose_name = "平安体检"
