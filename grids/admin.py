"""Territory, roles and vocabulary in the technical administration: bootstrapping and repair."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from grids.models import AddressRule, Area, Parameter, Post, Role, Term, Unit
from grids.rights import RIGHTS


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Officials use /reference/; here codes and order can be put right."""

    list_display = ("scheme", "code", "label", "synonyms", "group", "position", "is_active")
    list_display_links = ("code", "label")
    list_filter = ("scheme", "is_active")
    search_fields = ("code", "label", "synonyms")


@admin.register(Parameter)
class ParameterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Numbers of the rules; new ones come with the code that uses them."""

    list_display = ("label", "value", "unit", "source", "code")
    search_fields = ("label", "code")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No: a number that no code reads does nothing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Parameter | None = None) -> bool:
        """No: the code that reads it would fail."""
        return False


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Rights as ticks, so that nobody mistypes one."""

    rights = forms.MultipleChoiceField(
        label="权限",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, f"{right.group}：{right.label}") for code, right in RIGHTS.items()],
    )

    class Meta:
        model = Role
        fields = ("code", "label", "rights", "second_factor", "idle_minutes")


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What each role may do, whether it asks for a second factor, when it signs out by itself."""

    form = RoleForm
    list_display = ("label", "code", "right_labels", "second_factor", "idle_minutes")

    @admin.display(description="权限")
    def right_labels(self, role: Role) -> str:
        """In words."""
        return "、".join(RIGHTS[code].label if code in RIGHTS else code for code in role.rights)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The tree. A new area gets its path from its parent; it does not move afterwards."""

    list_display = ("name", "level", "parent", "code", "population", "is_active")
    list_filter = ("level", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name", "aliases")
    raw_id_fields = ("parent",)
    fields = ("parent", "level", "name", "aliases", "code", "population", "outline", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Area | None = None) -> tuple[str, ...]:
        """The parent is chosen once: every path below hangs on it."""
        return ("parent",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Area, form: Any, change: bool) -> None:
        """Plant a new area, save an old one."""
        if change:
            obj.save()
            return
        planted = Area.objects.plant(**{name: getattr(obj, name) for name in self.fields or ()})
        obj.pk, obj.path = planted.pk, planted.path

    def has_delete_permission(self, request: HttpRequest, obj: Area | None = None) -> bool:
        """No: an area goes out of use."""
        return False


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Offices."""

    list_display = ("name", "kind", "area")
    list_filter = ("kind",)
    list_select_related = ("area",)
    search_fields = ("name",)
    raw_id_fields = ("area",)


@admin.register(AddressRule)
class AddressRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """House numbers that lead to a grid."""

    list_display = ("village", "road", "low", "high", "area")
    list_select_related = ("village", "area")
    search_fields = ("road", "village__name")
    raw_id_fields = ("village", "area")


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """For the first administrator of a street; afterwards he uses /people/."""

    list_display = ("user", "role", "area", "unit", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("user", "role", "area", "unit")
    search_fields = ("user__username", "user__name")
    raw_id_fields = ("user", "area", "unit")
