"""Key files: made by `python -m partners keys`, read by the server. File names are part of the protocol."""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key

from .errors import CannotStart

Private = TypeVar("Private", Ed25519PrivateKey, RSAPrivateKey)
Public = TypeVar("Public", Ed25519PublicKey, RSAPublicKey)

PAIRS = ("bank", "bank-merchant", "fiscal")
RSA_PAIRS = ("wechat-pay", "wechat-pay-treasury", "wechat-pay-postal", "alipay", "alipay-app", "ccb")
SECRETS = (
    "sms",
    "realname",
    "fines",
    "fiscal",
    "wechat-mini",
    "wechat-official",
    "city",
    "ems-authorization",
    "sf",
    "sf-push",
    "ccb",
)
SM4_KEYS = ("ems",)
KEYS_OF_32 = ("wechat-pay-treasury-v3", "wechat-pay-postal-v3")
"""Secrets that are AES keys as text: 32 characters."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What the sandbox holds: its own private keys, its callers' public keys, the shared secrets."""

    bank: Ed25519PrivateKey
    bank_merchant: Ed25519PublicKey
    sms: bytes
    realname: bytes
    fines: bytes
    fiscal: bytes
    fiscal_seal: Ed25519PrivateKey
    wechat_mini: bytes
    wechat_official: bytes
    city: bytes
    ems: bytes
    ems_authorization: bytes
    sf: bytes
    sf_push: bytes
    folder: Path

    def rsa_private(self, name: str) -> RSAPrivateKey:
        return _private(self.folder / f"{name}.private.pem", RSAPrivateKey)

    def rsa_public(self, name: str) -> RSAPublicKey:
        return _public(self.folder / f"{name}.public.pem", RSAPublicKey)

    def secret(self, name: str) -> bytes:
        return _secret(self.folder / f"{name}.secret")

    @classmethod
    def load(cls, folder: Path) -> "KeyRing":
        return cls(
            bank=_private(folder / "bank.private.pem", Ed25519PrivateKey),
            bank_merchant=_public(folder / "bank-merchant.public.pem", Ed25519PublicKey),
            sms=_secret(folder / "sms.secret"),
            realname=_secret(folder / "realname.secret"),
            fines=_secret(folder / "fines.secret"),
            fiscal=_secret(folder / "fiscal.secret"),
            fiscal_seal=_private(folder / "fiscal.private.pem", Ed25519PrivateKey),
            wechat_mini=_secret(folder / "wechat-mini.secret"),
            wechat_official=_secret(folder / "wechat-official.secret"),
            city=_secret(folder / "city.secret"),
            ems=_secret(folder / "ems.secret"),
            ems_authorization=_secret(folder / "ems-authorization.secret"),
            sf=_secret(folder / "sf.secret"),
            sf_push=_secret(folder / "sf-push.secret"),
            folder=folder,
        )


def generate(folder: Path, *, force: bool = False) -> list[Path]:
    """Write what is missing (with `force`, everything) and return the files written.

    A pair is one thing: when either half is missing, both are made anew.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Path] = []
    for name in (*PAIRS, *RSA_PAIRS):
        private, public = folder / f"{name}.private.pem", folder / f"{name}.public.pem"
        if force or not (private.exists() and public.exists()):
            key = Ed25519PrivateKey.generate() if name in PAIRS else generate_private_key(65537, 2048)
            _write(private, _private_pem(key))
            _write(public, _public_pem(key.public_key()))
            written += [private, public]
    for name in (*SECRETS, *SM4_KEYS, *KEYS_OF_32):
        file = folder / f"{name}.secret"
        if force or not file.exists():
            _write(file, _secret_text(name) + b"\n")
            written.append(file)
    return written


def _secret_text(name: str) -> bytes:
    if name in SM4_KEYS:
        return base64.b64encode(os.urandom(16))
    return (secrets.token_hex(16) if name in KEYS_OF_32 else secrets.token_urlsafe(32)).encode()


def _private_pem(key: Ed25519PrivateKey | RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_pem(key: Ed25519PublicKey | RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    draft.replace(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotStart(f"cannot read the key file {file}: {error.strerror}") from error


def _private(file: Path, kind: type[Private]) -> Private:
    try:
        key = serialization.load_pem_private_key(_read(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CannotStart(f"{file} is not a private key: {error}") from error
    if not isinstance(key, kind):
        raise CannotStart(f"{file} is not an {kind.__name__}")
    return key


def _public(file: Path, kind: type[Public]) -> Public:
    try:
        key = serialization.load_pem_public_key(_read(file))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CannotStart(f"{file} is not a public key: {error}") from error
    if not isinstance(key, kind):
        raise CannotStart(f"{file} is not an {kind.__name__}")
    return key


def _secret(file: Path) -> bytes:
    text = _read(file).strip()
    if len(text) < 16:
        raise CannotStart(f"{file} holds no secret of at least 16 characters")
    return text
