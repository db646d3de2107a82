"""The app's registration with Django."""

from django.apps import AppConfig


class StatsConfig(AppConfig):
    """统计."""

    name = "stats"
    verbose_name = "统计"
