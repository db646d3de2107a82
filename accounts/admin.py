"""Accounts in the technical administration."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import PersonalAccess, SignIn, User

admin.site.unregister(Group)


@admin.register(User)
class PortalUserAdmin(UserAdmin):  # type: ignore[type-arg]
    """Bootstrapping and repair; day-to-day work on people is done at /people/."""

    list_display = ("username", "name", "is_active", "is_superuser", "must_change_password", "last_login")
    list_filter = ("is_active", "is_superuser", "is_demo")
    search_fields = ("username", "name", "initials")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "initials", "phone")}),
        (
            "状态",
            {"fields": ("is_active", "is_superuser", "must_change_password", "last_login", "date_joined")},
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "usable_password", "password1", "password2", "is_superuser")}),
    )


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A log: nobody adds, changes or deletes a row."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """No."""
        return False


@admin.register(PersonalAccess)
class PersonalAccessAdmin(ReadOnly):
    """Who looked at whose full numbers, and why."""

    list_display = ("at", "user", "subject_type", "subject_name", "fields", "reason", "address")
    list_filter = ("subject_type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name", "reason")


@admin.register(SignIn)
class SignInAdmin(ReadOnly):
    """Who signed in on what, from where."""

    list_display = ("started_at", "user", "device", "address", "seen_at", "ended_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name")
