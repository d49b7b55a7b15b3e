"""Codes for people who agreed, tokens for codes: OpenID Connect Core, code flow with PKCE, one client."""

import base64
import hashlib
import hmac
import sqlite3
import time
from dataclasses import dataclass
from secrets import token_urlsafe

from joserfc import jwt

from ..books import Books
from ..clock import now_ms
from ..edge import Document
from ..faults import Faults
from .keys import CityKeys
from .people import CityPeople
from .spoiled import spoiled

CODE_MS = 60_000
TOKEN_SECONDS = 600


class OAuthError(Exception):
    """RFC 6749 §5.2; `status` as it says there."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class Client:
    """The only one registered."""

    client_id: str
    secret: bytes
    redirect_uris: frozenset[str]


class CityProvider:
    def __init__(self, books: Books, people: CityPeople, keys: CityKeys, client: Client) -> None:
        self._books = books
        self._people = people
        self._keys = keys
        self.client = client

    def issue_code(self, sub: str, asked: dict[str, str]) -> str:
        code = token_urlsafe(32)
        self._books.run(
            "INSERT INTO city_code (code, sub, redirect_uri, nonce, challenge, issued_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            code,
            sub,
            asked["redirect_uri"],
            asked.get("nonce"),
            asked["code_challenge"],
            now_ms(),
        )
        return code

    def tokens(
        self, asked: dict[str, str], basic: tuple[str, str] | None, issuer: str, faults: Faults
    ) -> Document:
        self._admit(basic or (asked.get("client_id", ""), asked.get("client_secret", "")))
        if asked.get("grant_type") != "authorization_code":
            raise OAuthError("unsupported_grant_type", "only authorization_code")
        code = asked.get("code", "")
        found = self._books.row("SELECT * FROM city_code WHERE code = ?", code)
        if found is None or found["issued_at"] + CODE_MS <= now_ms():
            raise OAuthError("invalid_grant", "the code is unknown or expired")
        if not self._books.run(
            "UPDATE city_code SET used_at = ? WHERE code = ? AND used_at IS NULL", now_ms(), code
        ):
            self._books.run("DELETE FROM city_token WHERE code = ?", code)
            raise OAuthError("invalid_grant", "the code was used before; its tokens are revoked")
        if found["redirect_uri"] != asked.get("redirect_uri"):
            raise OAuthError("invalid_grant", "redirect_uri is not that of the request")
        if not hmac.compare_digest(_s256(asked.get("code_verifier", "")), found["challenge"]):
            raise OAuthError("invalid_grant", "code_verifier does not fit")
        token = token_urlsafe(32)
        self._books.run(
            "INSERT INTO city_token (token, code, sub, expires_at) VALUES (?, ?, ?, ?)",
            token,
            code,
            found["sub"],
            now_ms() + TOKEN_SECONDS * 1000,
        )
        id_token = self._id_token(self._people.get(found["sub"]), found["nonce"], issuer, faults)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": id_token,
        }

    def userinfo(self, token: str) -> Document:
        found = self._books.row(
            "SELECT sub FROM city_token WHERE token = ? AND expires_at > ?", token, now_ms()
        )
        if found is None:
            raise OAuthError("invalid_token", "unknown or expired", 401)
        person = self._people.get(found["sub"])
        return {
            "sub": person["sub"],
            "name": person["name"],
            "cert_type": "111",
            "cert_no": person["id_number"],
            "phone_number": f"+86{person['phone']}",
            "trust_level": person["level"],
        }

    def _admit(self, credentials: tuple[str, str]) -> None:
        client_id, secret = credentials
        right = hmac.compare_digest(secret.encode(), self.client.secret)
        if client_id != self.client.client_id or not right:
            raise OAuthError("invalid_client", "unknown client or wrong secret", 401)

    def _id_token(self, person: sqlite3.Row, nonce: str | None, issuer: str, faults: Faults) -> str:
        moment = int(time.time())
        claims: dict[str, object] = {
            "iss": issuer,
            "aud": self.client.client_id,
            "sub": person["sub"],
            "iat": moment,
            "exp": moment + TOKEN_SECONDS,
            "auth_time": moment,
            "trust_level": person["level"],
            **({"nonce": nonce} if nonce else {}),
        }
        key = self._keys.signer()
        if faults.take("bad_token_next"):
            return spoiled(faults.bad_token_how, claims, key)
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)


def _s256(verifier: str) -> str:
    return _b64(hashlib.sha256(verifier.encode()).digest())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
