"""Encryption at rest and the blind index."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from shared import crypto
from shared.crypto import Unreadable, blind, decrypt, encrypt, mask


@given(st.text(max_size=60))
def test_what_goes_in_comes_out_and_is_not_the_text(plain: str) -> None:
    stored = encrypt(plain)
    assert decrypt(stored) == plain
    assert not plain or (stored != encrypt(plain) and plain not in stored.split(":", 2)[2] * (len(plain) > 3))


def test_a_changed_value_is_refused() -> None:
    stored = encrypt("331081199001011234")
    name, version, packed = stored.split(":", 2)
    broken = ("A" if packed[20] != "A" else "B").join([packed[:20], packed[21:]])
    with pytest.raises(Unreadable):
        decrypt(f"{name}:{version}:{broken}")


def test_an_unknown_key_version_is_named() -> None:
    packed = encrypt("139").split(":", 2)[2]
    with pytest.raises(Unreadable):
        decrypt(f"sm4:99:{packed}")


@pytest.mark.django_db
def test_after_a_change_of_key_the_old_is_read_and_found(settings: object) -> None:
    stored = encrypt("13900005776")
    User.objects.create(username="w", name="王示例", phone="13900005776")
    settings.FIELD_KEYS_OLD = {1: settings.FIELD_KEY}  # type: ignore[attr-defined]
    settings.FIELD_KEY, settings.FIELD_KEY_VERSION = "ab" * 32, 2  # type: ignore[attr-defined]
    crypto._material.cache_clear()
    try:
        assert decrypt(stored) == "13900005776"
        assert encrypt("13900005776").startswith("sm4:2:")
        assert User.objects.get(phone_index=blind("13900005776", "phone")).phone == "13900005776"
    finally:
        crypto._material.cache_clear()


def test_the_blind_index_meets_on_equal_numbers_only() -> None:
    assert blind("１３９００００５７７６", "phone") == blind(" 13900005776", "phone")
    assert blind("13900005776", "phone") != blind("13900005776", "id")
    assert blind("13900005776", "phone") != blind("13900005777", "phone")
    assert blind("", "phone") == ""


def test_the_blind_index_hangs_on_its_own_key(settings: object) -> None:
    before = blind("13900005776", "phone")
    settings.INDEX_KEY = "ab" * 32  # type: ignore[attr-defined]
    assert blind("13900005776", "phone") != before


@pytest.mark.django_db
def test_the_database_holds_no_plain_phone() -> None:
    User.objects.create(username="w", name="王示例", phone="13900005776")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM accounts_user")
        stored, index = cursor.fetchone()
    assert "13900005776" not in stored
    assert User.objects.get(phone_index=index).phone == "13900005776"
    with pytest.raises(TypeError):
        # By dict: mypy's plugin would run the lookup.
        User.objects.filter(**{"phone__contains": "139"}).exists()  # noqa: PIE804


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("331081199001011234", "331081********1234"),
        ("13900005776", "139****5776"),
        ("86123456", "****3456"),
        ("6123456", "***3456"),
        ("057686123456", "057*****3456"),
        ("王小明", "王**"),
        ("", ""),
    ],
)
def test_masks(value: str, shown: str) -> None:
    assert mask(value) == shown
