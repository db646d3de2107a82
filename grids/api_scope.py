"""The API's guard: every view names the right that each method needs; without one it answers nobody."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from grids.scope import rights_of


class HasRight(BasePermission):
    """A view's `rights` maps a method to a right (`"*"` for the rest); rows are then narrowed with
    `.within`.
    """

    message = "没有这项权限，请联系管理员。"

    def has_permission(self, request: Request, view: Any) -> bool:
        """True where the signed-in user or key holds the right somewhere."""
        if not request.user or not request.user.is_authenticated:
            return False
        right = right_for(view, request.method or "GET")
        return right in rights_of(request.user)


def right_for(view: Any, method: str) -> str:
    """The right that the method needs; HEAD and OPTIONS ask as GET does."""
    rights: dict[str, str] = view.rights
    method = "GET" if method in {"HEAD", "OPTIONS"} else method
    return rights.get(method, rights.get("*", ""))
