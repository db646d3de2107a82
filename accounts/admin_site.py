"""/admin/: technical administration, only for superusers, behind the portal's own sign-in and second
factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


class PortalAdmin(AdminSite):
    """The middleware has asked for the second factor before any of these pages runs."""

    site_header = "城东街道社会治理平台 · 技术管理"
    site_title = "技术管理"
    index_title = "参数、词表、角色、区域"

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers only; `is_staff` opens nothing."""
        return request.user.is_active and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No second password form: the portal's own page with its lockout and second factor."""
        if request.user.is_authenticated:
            raise PermissionDenied("技术管理只对系统超级管理员开放。")
        return redirect_to_login(request.GET.get("next", "/admin/"))
