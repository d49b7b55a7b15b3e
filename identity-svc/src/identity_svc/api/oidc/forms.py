"""Parameters as OAuth sends them: form-encoded, each once."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from ...domain.codes import LIFETIME, TypedCode, serial_of
from ...domain.oidc.errors import OAuthError

_FORM = "application/x-www-form-urlencoded"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """Of a repeated parameter, the first value; that it came twice is an error that not everybody may be told of."""

    values: dict[str, str]
    repeated: bool


def read_query(request: Request) -> Sent:
    return _read(request.scope["query_string"])


async def read_form(request: Request) -> Sent:
    """Raises OAuthError where the body is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise OAuthError("invalid_request", f"the body must be {_FORM}")
    return _read(await request.body())


async def read_once(request: Request) -> dict[str, str]:
    """A form in which nothing comes twice; raises OAuthError."""
    sent = await read_form(request)
    if sent.repeated:
        raise OAuthError("invalid_request", "a parameter came twice")
    return sent.values


def typed_code(form: dict[str, str]) -> TypedCode:
    """As a page's form has it; spaces that people type for legibility are no part of a code."""
    return TypedCode("".join(form.get("code", "").split()), form.get("code_ticket", ""))


def code_words(ticket: str) -> dict[str, object]:
    """What a page that waits for a code shows and keeps; `ticket` empty: none was sent."""
    return {
        "code_ticket": ticket,
        "serial": serial_of(ticket) if ticket else "",
        "minutes": int(LIFETIME.total_seconds() // 60),
    }


def _read(raw: bytes) -> Sent:
    try:
        pairs = parse_qsl(raw.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as error:
        raise OAuthError("invalid_request", "there are too many parameters") from error
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise OAuthError("invalid_request", "a parameter holds a NUL")
    values: dict[str, str] = {}
    for name, value in pairs:
        if value:  # one without a value is as if it had not been sent (RFC 6749 §3.1)
            values.setdefault(name, value)
    return Sent(values, len({name for name, _ in pairs}) < len(pairs))
