"""The app's registration with Django."""

from django.apps import AppConfig


class GridsConfig(AppConfig):
    """网格."""

    name = "grids"
    verbose_name = "网格"
