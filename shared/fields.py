"""Model fields that encrypt at rest."""

from typing import Any

from django.db import models

from shared.crypto import decrypt, encrypt


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """Text that is ciphertext in the database and plain in Python; look it up through a blind-index
    column beside it.
    """

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt what the row holds."""
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: str | None) -> str | None:
        """Encrypt what is written."""
        return None if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        """Only emptiness can be asked of ciphertext."""
        if lookup_name in {"exact", "isnull"}:
            return super().get_lookup(lookup_name)
        raise TypeError(f"An encrypted field has no lookup '{lookup_name}'; use its blind index.")
