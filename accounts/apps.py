"""The app's registration with Django, and the technical administration's own site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    """账号."""

    name = "accounts"
    verbose_name = "账号"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    """/admin/ signs in where everybody signs in."""

    default_site = "accounts.admin_site.PortalAdmin"
    default = False
