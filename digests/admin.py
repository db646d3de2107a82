"""The times of the double alert in the technical administration."""

from django.contrib import admin

from digests.models import Schedule


@admin.register(Schedule)
class ScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """When each street's alert and echo are due."""

    list_display = ("street", "kind", "at", "is_active", "starts_on")
    list_filter = ("kind", "is_active")
    list_select_related = ("street",)
    raw_id_fields = ("street",)
