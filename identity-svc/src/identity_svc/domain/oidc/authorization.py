"""What a client asks for when it sends somebody to log in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .clients import LEVEL_FOR_IDENTITY, Client, Scope
from .errors import OAuthError
from .levels import lowest_asked

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
_LONGEST: Final = 2_000
MOST_SECONDS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a known client with one of its addresses. `level`: of assurance, at least. `max_age` in seconds.

    `expected_sub`: who shall log in, as the client's `id_token_hint` says.
    """

    client_id: str
    redirect_uri: str
    scopes: frozenset[Scope]
    code_challenge: str
    state: str | None = None
    nonce: str | None = None
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    level: int = 0
    login_hint: str | None = None
    ui_locales: str | None = None
    expected_sub: str | None = None

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"scopes": sorted(self.scopes), "prompts": sorted(self.prompts)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Asked":
        sets = {"scopes": frozenset(map(Scope, plain["scopes"])), "prompts": frozenset(plain["prompts"])}
        return cls(**{**plain, **sets})


@dataclass(frozen=True, slots=True)
class Flow:
    """A request under way in one browser. `consented_by` and `chosen_session`: what its owner did in it."""

    id: str
    asked: Asked
    asked_at: datetime
    chosen_session: str | None = None
    consented_by: str | None = None


def read_asked(client: Client, sent: Mapping[str, str], expected_sub: str | None) -> Asked:
    """`sent` after client and redirect_uri were found right. Raises OAuthError, for the client to hear."""
    for name in ("request", "request_uri", "registration"):
        if name in sent:
            raise OAuthError(f"{name}_not_supported", f"{name} is not supported")
    if any(len(value) > _LONGEST or not value.isprintable() for value in sent.values()):
        raise OAuthError("invalid_request", "a parameter is too long or has control characters")
    if sent.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if sent.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode must be query")
    challenge = sent.get("code_challenge", "")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise OAuthError(
            "invalid_request", "PKCE is required: code_challenge with code_challenge_method S256"
        )
    scopes = _scopes(client, sent.get("scope", ""))
    return Asked(
        client_id=client.id,
        redirect_uri=sent["redirect_uri"],
        scopes=scopes,
        code_challenge=challenge,
        state=sent.get("state"),
        nonce=sent.get("nonce"),
        prompts=_prompts(sent.get("prompt", "")),
        max_age=_max_age(sent.get("max_age")),
        level=max(
            lowest_asked(sent.get("acr_values", "")),
            client.data.minimum_level,
            LEVEL_FOR_IDENTITY if Scope.IDENTITY in scopes else 0,
        ),
        login_hint=sent.get("login_hint"),
        ui_locales=sent.get("ui_locales"),
        expected_sub=expected_sub,
    )


def _scopes(client: Client, text: str) -> frozenset[Scope]:
    """Those we know; unknown ones are passed over, as OpenID Connect Core §3.1.2.1 has it."""
    asked = frozenset(Scope(word) for word in text.split() if word in set(Scope))
    if Scope.OPENID not in asked:
        raise OAuthError("invalid_scope", "scope must contain openid")
    if refused := asked - client.data.scopes:
        raise OAuthError("invalid_scope", f"this client was not granted: {' '.join(sorted(refused))}")
    return asked


def _prompts(text: str) -> frozenset[str]:
    prompts = frozenset(text.split())
    if prompts - _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise OAuthError("invalid_request", "prompt must be none, or some of: login consent select_account")
    return prompts


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > MOST_SECONDS:
        raise OAuthError("invalid_request", "max_age must be a number of seconds")
    return int(text)
