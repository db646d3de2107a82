"""Who a request with `Authorization: Token KEY` is: one query, refused at once when withdrawn, expired or
shut, or while a first password waits to be changed."""

from django.db import connection
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiKey, User
from shared.plain import rows

KEY = tuple(field.attname for field in ApiKey._meta.concrete_fields)
USER = tuple(field.attname for field in User._meta.concrete_fields if field.name != "phone")
READ = f"""
SELECT {", ".join([*(f'key."{name}"' for name in KEY), *(f'person."{name}"' for name in USER)])}
FROM accounts_apikey key JOIN accounts_user person ON person.id = key.user_id
WHERE key.digest = %s
"""  # noqa: S608 -- made of the models' own columns
REFUSED = "密钥无效、已过期或已撤回，请向管理员申请新的密钥。"


class KeyAuthentication(TokenAuthentication):  # type: ignore[misc]
    """knox's header and hash, looked up by the whole digest; an expired key is refused and stays listed."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiKey]:
        """The key's user. Raises AuthenticationFailed, in the same words whatever is wrong with the key."""
        try:
            digest = hash_token(token.decode("ascii"))
        except ValueError as error:
            raise AuthenticationFailed(REFUSED) from error
        key = _key(digest)
        if key is None or not key.user.is_active or key.user.must_change_password:
            raise AuthenticationFailed(REFUSED)
        if key.expiry is not None and key.expiry <= timezone.now():
            raise AuthenticationFailed(REFUSED)
        return key.user, key


def _key(digest: str) -> ApiKey | None:
    """The key with its user (whose phone is read only if somebody asks), by one plain statement."""
    for row in rows(READ, digest):
        key: ApiKey = ApiKey.from_db(connection.alias, KEY, row[: len(KEY)])
        key.user = User.from_db(connection.alias, USER, row[len(KEY) :])
        return key
    return None


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names this way of signing in."""

    target_class = "accounts.keys.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A header."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token 密钥"}
