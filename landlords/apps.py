"""The app's registration with Django."""

from django.apps import AppConfig


class LandlordsConfig(AppConfig):
    """房东积分."""

    name = "landlords"
    verbose_name = "房东积分"
