"""The app's registration with Django."""

from django.apps import AppConfig


class MediationConfig(AppConfig):
    """联勤调解."""

    name = "mediation"
    verbose_name = "联勤调解"
