"""Model fields that encrypt at rest."""

from typing import Any

from django.db import models

from shared.crypto import decrypt, encrypt
from shared.pinyin import initials_of_parts


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


class InitialsField(models.CharField):  # type: ignore[type-arg]
    """Pinyin initials of another field's parts, written with it whoever saves the row (also in bulk)."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs = {
            "max_length": 160,
            "blank": True,
            "default": "",
            "db_default": "",
            "editable": False,
            **kwargs,
        }
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """With the name of the field that it follows."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: Any, add: bool) -> str:
        """Follow the field as it is being written."""
        value = initials_of_parts(getattr(model_instance, self.of), self.max_length or 0)
        setattr(model_instance, self.attname, value)
        return value
