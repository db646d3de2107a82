"""The app's registration with Django."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事项闭环."""

    name = "matters"
    verbose_name = "事项闭环"
