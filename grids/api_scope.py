"""The API's guard: every view names the right that each method needs; without one it answers nobody."""

from typing import Any, NoReturn

from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from grids.scope import rights_of
from shared.errors import NotFound


class HasRight(BasePermission):
    """A view's `rights` maps a method to a right (`"*"` for the rest); rows are then narrowed with
    `.within`.

    A device that two people share says in `X-Who` whose entries it sends (the number of the user): under
    another person's session they are refused, and stay on the device.
    """

    message = "没有这项权限，请联系管理员。"

    def has_permission(self, request: Request, view: Any) -> bool:
        """True where the signed-in user or key holds the right somewhere."""
        if not request.user or not request.user.is_authenticated:
            return False
        who = request.headers.get("X-Who", "")
        if who and who != str(request.user.pk):
            self.message = "这些内容是另一个账号存在这台设备上的，请用那个账号登录后上传。"
            return False
        right = right_for(view, request.method or "GET")
        return right in rights_of(request.user)


def right_for(view: Any, method: str) -> str:
    """The right that the method needs; HEAD and OPTIONS ask as GET does."""
    rights: dict[str, str] = view.rights
    method = "GET" if method in {"HEAD", "OPTIONS"} else method
    return rights.get(method, rights.get("*", ""))


class KeyWithin(serializers.PrimaryKeyRelatedField[Any]):
    """The number of a row in the caller's territory for `right`; the serializer's context carries the
    request.

    Raises NotFound with `missing` for a row outside and for none at all: who asks cannot tell which it is.
    """

    def __init__(self, *, right: str = "", missing: str = "", **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.IntegerField(), **kwargs)
        self.right, self.missing = right, missing

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        rows: Any = super().get_queryset()
        return rows.within(self.context["request"].user, self.right)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """One answer for all that the caller may not know."""
        if key == "does_not_exist":
            raise NotFound(self.missing, field=self.field_name)
        super().fail(key, **kwargs)
