"""Who a request with `Authorization: Token KEY` is: one query, refused at once when withdrawn, expired or
shut, or while a first password waits to be changed."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiKey, User

REFUSED = "密钥无效、已过期或已撤回，请向管理员申请新的密钥。"


class KeyAuthentication(TokenAuthentication):  # type: ignore[misc]
    """knox's header and hash, looked up by the whole digest; an expired key is refused and stays listed."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiKey]:
        """The key's user. Raises AuthenticationFailed, in the same words whatever is wrong with the key."""
        try:
            digest = hash_token(token.decode("ascii"))
        except ValueError as error:
            raise AuthenticationFailed(REFUSED) from error
        key = self.find(digest)
        if key is None or not key.user.is_active or key.user.must_change_password:
            raise AuthenticationFailed(REFUSED)
        if key.expiry is not None and key.expiry <= timezone.now():
            raise AuthenticationFailed(REFUSED)
        return key.user, key

    def find(self, digest: str) -> ApiKey | None:
        """The key of the digest with its user."""
        key: ApiKey | None = ApiKey.objects.select_related("user").filter(digest=digest).first()
        return key


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names this way of signing in."""

    target_class = "accounts.keys.KeyAuthentication"
    match_subclasses = True
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A header."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token 密钥"}
