"""Clients (接入应用): the departments' systems that log people in through the platform."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from chassis.problems import FieldError

from ..accounts import Subject
from .errors import ClientInvalid

_MOST_URIS: Final = 20
_LONGEST_URI: Final = 500


class Scope(StrEnum):
    """What a client may learn. `identity` and `phone` tell who somebody is; each time is recorded for them."""

    OPENID = "openid"
    PROFILE = "profile"
    PHONE = "phone"
    IDENTITY = "identity"
    OFFICER = "officer"


RECORDED: Final = frozenset({Scope.PHONE, Scope.IDENTITY})
LEVEL_FOR_IDENTITY: Final = 2
"""Below it there is no checked name and number to give."""


class Serves(StrEnum):
    PEOPLE = "people"
    """People and companies."""
    OFFICERS = "officers"


@dataclass(frozen=True, slots=True)
class ClientData:
    """What an administrator decides. `jwks`: its public keys; None where it has a secret of ours."""

    department: str
    name: str
    name_en: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str | None
    scopes: frozenset[Scope]
    serves: frozenset[Serves]
    minimum_level: int
    jwks: dict[str, Any] | None
    active: bool = True

    def check(self) -> None:
        """Raises ClientInvalid with everything that is wrong."""
        errors: list[FieldError] = []
        if not self.redirect_uris:
            errors.append(FieldError("/redirect_uris", "至少填写一个回调地址", "name at least one"))
        for name, uris in (
            ("redirect_uris", self.redirect_uris),
            ("post_logout_redirect_uris", self.post_logout_redirect_uris),
        ):
            errors += [
                FieldError(
                    f"/{name}/{index}",
                    "须为不含 # 的 https 地址（http 仅限本机回环地址）",
                    "must be an https address without a fragment; http only on the loopback address",
                )
                for index, uri in enumerate(uris)
                if not is_acceptable_uri(uri)
            ]
            if len(uris) > _MOST_URIS:
                errors.append(FieldError(f"/{name}", f"最多 {_MOST_URIS} 个", f"{_MOST_URIS} at most"))
        if self.backchannel_logout_uri is not None and not is_acceptable_uri(self.backchannel_logout_uri):
            errors.append(
                FieldError("/backchannel_logout_uri", "须为 https 地址", "must be an https address")
            )
        if Scope.OPENID not in self.scopes:
            errors.append(FieldError("/scopes", "必须包含 openid", "openid must be among them"))
        if not self.serves:
            errors.append(FieldError("/serves", "至少选择一类用户", "name at least one"))
        if Scope.OFFICER in self.scopes and Serves.OFFICERS not in self.serves:
            errors.append(
                FieldError("/scopes", "officer 仅用于面向民警的应用", "officer needs serves: officers")
            )
        if self.jwks is not None and not _are_public_keys(self.jwks):
            errors.append(
                FieldError(
                    "/jwks", "须为只含 RSA 或 EC 公钥的 JWK Set", "must be a JWK Set of public RSA or EC keys"
                )
            )
        if errors:
            raise ClientInvalid(errors)


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    data: ClientData
    department_name: str
    department_name_en: str
    created_at: datetime
    version: int

    def serves(self, subject: Subject) -> bool:
        """A department's system has nothing for engineers of partners."""
        served = Serves.OFFICERS if subject.is_officer else Serves.PEOPLE
        return subject.partner is None and served in self.data.serves


@dataclass(frozen=True, slots=True)
class ClientSecrets:
    """Hashes; the previous one is good until then."""

    current: bytes | None
    previous: bytes | None
    previous_until: datetime | None

    def accepts(self, secret: str, at: datetime) -> bool:
        """In the same time whichever it is, and whether there is one."""
        digest = secret_hash(secret)
        current = hmac.compare_digest(digest, self.current or _NO_SECRET)
        previous = hmac.compare_digest(digest, self.previous or _NO_SECRET)
        still = self.previous_until is not None and at < self.previous_until
        return (current and self.current is not None) or (previous and still)


NO_SECRETS: Final = ClientSecrets(None, None, None)
_NO_SECRET: Final = bytes(32)


def new_secret() -> str:
    """256 bits: nobody guesses it, so a plain hash of it may be kept."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def is_acceptable_uri(uri: str) -> bool:
    """Absolute, without fragment, user or odd characters; https, or http on the loopback address."""
    if (
        len(uri) > _LONGEST_URI
        or not uri.isascii()
        or not uri.isprintable()
        or set(uri) & set(" \"'<>\\^`{|}")
    ):
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "#" in uri or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _are_public_keys(jwks: Mapping[str, Any]) -> bool:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 10:
        return False
    return all(
        isinstance(key, dict)
        and key.get("kty") in ("RSA", "EC")
        and not {"d", "p", "q", "k"} & key.keys()
        and isinstance(key.get("kid"), str)
        for key in keys
    )
