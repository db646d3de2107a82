"""The app's registration with Django."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """警情与隐患."""

    name = "incidents"
    verbose_name = "警情与隐患"
