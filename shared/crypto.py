"""Encryption of personal fields at rest (SM4-GCM, AES-GCM by setting) and the keyed blind index
(HMAC-SM3) that finds them.

Personal Information Protection Law Art. 51 asks for encryption; GB/T 32907 (SM4) and GB/T 32905 (SM3)
are the ciphers that
Chinese public bodies are required to use.
"""

import base64
import os
import unicodedata
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE = 12
TAG = 16


class Unreadable(ValueError):
    """The stored value cannot be decrypted with any key that is set."""


@cache
def _material(version: int) -> bytes:
    if version == settings.FIELD_KEY_VERSION:
        return bytes.fromhex(settings.FIELD_KEY)
    try:
        return bytes.fromhex(settings.FIELD_KEYS_OLD[version])
    except KeyError:
        raise Unreadable(f"No FIELD_KEY of version {version} is set; add it to FIELD_KEYS_OLD.") from None


def _cipher(name: str, version: int, mode: modes.GCM) -> Cipher[modes.GCM]:
    key = _material(version)[:16]
    return Cipher(algorithms.SM4(key) if name == "sm4" else algorithms.AES(key), mode)


def encrypt(plain: str) -> str:
    """`"<cipher>:<key version>:<base64 nonce+text+tag>"`; the empty string stays empty."""
    if not plain:
        return ""
    packed = base64.b64encode(_closed(plain.encode())).decode()
    return f"{settings.FIELD_CIPHER}:{settings.FIELD_KEY_VERSION}:{packed}"


def _closed(body: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    encryptor = _cipher(settings.FIELD_CIPHER, settings.FIELD_KEY_VERSION, modes.GCM(nonce)).encryptor()
    return nonce + encryptor.update(body) + encryptor.finalize() + encryptor.tag


def seal(body: bytes) -> bytes:
    """A whole file as `encrypt` has it for texts, without base64."""
    return f"{settings.FIELD_CIPHER}:{settings.FIELD_KEY_VERSION}:".encode() + _closed(body)


def unseal(stored: bytes) -> bytes:
    """The file's bytes. Raises Unreadable where the key is missing or the file was tampered with."""
    try:
        name, version, raw = stored.split(b":", 2)
        return _opened(name.decode(), int(version), raw)
    except (ValueError, InvalidTag) as error:
        raise Unreadable("A sealed file cannot be decrypted.") from error


def decrypt(stored: str) -> str:
    """The plain text. Raises Unreadable where the key is missing or the value was tampered with."""
    if not stored:
        return ""
    try:
        name, version, packed = stored.split(":", 2)
        return _opened(name, int(version), base64.b64decode(packed)).decode()
    except (ValueError, InvalidTag) as error:
        raise Unreadable("A stored personal value cannot be decrypted.") from error


def _opened(name: str, version: int, raw: bytes) -> bytes:
    nonce, body, tag = raw[:NONCE], raw[NONCE:-TAG], raw[-TAG:]
    decryptor = _cipher(name, version, modes.GCM(nonce, tag)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def normal(value: str) -> str:
    """Full-width to half-width, upper case, without spaces: the same number is the same text."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def blind(value: str, purpose: str) -> str:
    """Keyed hash (INDEX_KEY) of the normalised value, 32 hex digits; equal values meet, nothing can be read
    back. A change of FIELD_KEY leaves it as it is."""
    if not value:
        return ""
    mac = hmac.HMAC(bytes.fromhex(settings.INDEX_KEY) + purpose.encode(), hashes.SM3())
    mac.update(normal(value).encode())
    return mac.finalize().hex()[:32]


def mask(value: str) -> str:
    """`331081********1234` for an identity number, `139****5776` for a phone, `****3456` for one without area
    code, `王**` for a name.
    """
    if not value:
        return ""
    if not any(sign.isdecimal() for sign in value):
        return value[0] + "**"
    if len(value) >= 15:
        return value[:6] + "*" * (len(value) - 10) + value[-4:]
    if len(value) >= 9:
        return value[:3] + "*" * (len(value) - 7) + value[-4:]
    if len(value) >= 7:
        return "*" * (len(value) - 4) + value[-4:]
    return value[0] + "**"
