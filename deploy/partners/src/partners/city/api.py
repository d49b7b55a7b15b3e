"""The city platform's endpoints, all below `/city`, which is its issuer."""

import base64
import binascii
from collections.abc import Callable
from html import escape
from urllib.parse import unquote_plus

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..edge import Document
from ..faults import FaultBoard
from ..open_edge import OpenEdge, Visit, back_to, hidden, page
from .keys import CityKeys
from .people import CityPeople
from .provider import CityProvider, OAuthError

_TITLE = "城市统一身份认证平台"
_NO_STORE = {"Cache-Control": "no-store"}


def routes(
    edge: OpenEdge, provider: CityProvider, people: CityPeople, keys: CityKeys, board: FaultBoard
) -> list[Route]:
    def discovery(visit: Visit) -> Response:
        return JSONResponse(_discovery(_issuer(visit)))

    def jwks(visit: Visit) -> Response:
        return JSONResponse(keys.published())

    def token(visit: Visit) -> Response:
        basic = _basic(visit.headers.get("authorization", ""))
        return _told(lambda: provider.tokens(visit.form(), basic, _issuer(visit), board.of("city")))

    def userinfo(visit: Visit) -> Response:
        bearer = visit.headers.get("authorization", "").removeprefix("Bearer ")
        return _told(lambda: provider.userinfo(bearer))

    return [
        edge.route("GET", "/city/.well-known/openid-configuration", discovery),
        edge.route("GET", "/city/jwks", jwks),
        edge.route("POST", "/city/token", token),
        edge.route("GET", "/city/userinfo", userinfo),
        *_pages(edge, provider, people),
    ]


def _pages(edge: OpenEdge, provider: CityProvider, people: CityPeople) -> list[Route]:
    def choose(visit: Visit) -> Response:
        asked = dict(visit.query)
        if (refused := _refused(asked, provider)) is not None:
            return refused
        buttons = "".join(
            f'<button name="person" value="{escape(row["sub"])}">{escape(row["name"])}'
            f"（可信等级{escape(row['level'])}）</button>"
            for row in people.all()
        )
        form = f'<form method="post">{hidden(asked)}<p>选择以谁的身份登录</p>{buttons}'
        return page(_TITLE, f'{form}<button class="plain" name="person" value="">取消</button></form>')

    def chosen(visit: Visit) -> Response:
        asked = visit.form()
        if (refused := _refused(asked, provider)) is not None:
            return refused
        person = people.find(asked.get("person", ""))
        state = asked.get("state")
        if person is None:
            return back_to(asked["redirect_uri"], error="access_denied", state=state)
        code = provider.issue_code(person["sub"], asked)
        return back_to(asked["redirect_uri"], code=code, state=state, iss=_issuer(visit))

    return [edge.route("GET", "/city/authorize", choose), edge.route("POST", "/city/authorize", chosen)]


def _refused(asked: dict[str, str], provider: CityProvider) -> Response | None:
    """A page where the return address itself cannot be trusted, else a redirect with the error (RFC 6749 §4.1.2.1)."""
    client = provider.client
    if asked.get("client_id") != client.client_id or asked.get("redirect_uri") not in client.redirect_uris:
        return page(_TITLE, "<p>应用或回调地址未登记</p>", status=400)
    if asked.get("response_type") != "code":
        error = "unsupported_response_type"
    elif "openid" not in asked.get("scope", "").split():
        error = "invalid_scope"
    elif asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        error = "invalid_request"
    else:
        return None
    return back_to(asked["redirect_uri"], error=error, state=asked.get("state"))


def _told(answer: Callable[[], Document]) -> Response:
    try:
        return JSONResponse(answer(), headers=_NO_STORE)
    except OAuthError as error:
        document = {"error": error.error, "error_description": error.description}
        return JSONResponse(document, error.status, headers=_NO_STORE)


def _basic(header: str) -> tuple[str, str] | None:
    """Client id and secret of RFC 6749 §2.3.1; None where there is no such header, or no sense in it."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(client_id), unquote_plus(secret)


def _issuer(visit: Visit) -> str:
    return f"{visit.base_url}/city"


def _discovery(issuer: str) -> Document:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": ["openid", "profile", "identity"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "cert_type", "cert_no", "phone_number", "trust_level"],
        "authorization_response_iss_parameter_supported": True,
    }
