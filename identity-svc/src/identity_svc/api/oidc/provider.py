"""The provider's endpoints, for programs: they answer as OAuth and OpenID Connect say."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from chassis.http import Router, Uow, answer_not_stored
from chassis.http.route import TransactionalRoute
from chassis.problems import Problem
from fastapi import Depends, Request, Response

from ...application.oidc.authenticate_client import ASSERTION_ALGORITHMS
from ...application.oidc.authorize import Ask
from ...application.oidc.handlers import OidcDesk
from ...application.oidc.sign_tokens import ALGORITHM
from ...domain.oidc.answers import with_query
from ...domain.oidc.clients import Scope
from ...domain.oidc.errors import InvalidClient, InvalidToken, OAuthError, RequestRefused
from ...domain.oidc.levels import ACR_VALUES
from ..dependencies import ClientAddress
from .browser import TheBrowser, send_to, step_path
from .forms import read_once, read_query
from .pages import PageRouter

_PROBLEMS = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}


async def _desk(request: Request) -> OidcDesk:
    desk: OidcDesk = request.app.state.oidc
    return desk


TheOidc = Annotated[OidcDesk, Depends(_desk)]


class OAuthRoute(TransactionalRoute):
    """Errors as RFC 6749 §5.2 has them."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except OAuthError as error:
                return _error(error.error, error.description, error.status, _challenge(error))
            except Problem as problem:
                error_code = _PROBLEMS.get(problem.status, "invalid_request")
                return _error(error_code, problem.en, problem.status, problem.headers)

        return answered


class OAuthRouter(Router):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.route_class = OAuthRoute


# Described by the discovery document and the RFCs, in forms that an OpenAPI document says badly.
router = OAuthRouter(tags=["oidc"], include_in_schema=False)
authorize_router = PageRouter(include_in_schema=False)


@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server")
async def discovery(desk: TheOidc) -> Response:
    """OpenID Connect Discovery 1.0, RFC 8414."""
    issuer = desk.issuer
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "introspection_endpoint": f"{issuer}/oidc/introspect",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "end_session_endpoint": f"{issuer}/oidc/logout",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": [scope.value for scope in Scope],
        "claims_supported": _CLAIMS,
        "acr_values_supported": list(ACR_VALUES),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        **{
            f"{endpoint}_endpoint_auth_{what}_supported": value
            for endpoint in ("token", "introspection", "revocation")
            for what, value in (
                ("methods", ["client_secret_basic", "client_secret_post", "private_key_jwt"]),
                ("signing_alg_values", ASSERTION_ALGORITHMS),
            )
        },
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["zh-CN", "en"],
    }
    return _json(document, {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"})


@authorize_router.get("/oidc/authorize")
async def authorize(request: Request, desk: TheOidc, here: TheBrowser) -> Response:
    """To the client with a code or an error, or to the page with the next question."""
    try:
        sent = read_query(request)
    except OAuthError as error:
        raise RequestRefused(
            "登录请求的参数有误。", f"The request is not valid: {error.description}."
        ) from error
    after = await desk.authorize.begin(sent.values, sent.repeated, here.visitor)
    if isinstance(after, Ask):
        lang = "en" if not here.language_chosen and _wants_english(sent.values) else None
        return here.finish(send_to(with_query(step_path(after.step), flow=after.flow_id, lang=lang)))
    return here.finish(send_to(after.url))


@authorize_router.post("/oidc/authorize")
@answer_not_stored
async def authorize_by_form(request: Request) -> Response:
    """The same by GET: a form of another site brings no cookies, the redirection after it does."""
    try:
        sent = await read_once(request)
    except OAuthError as error:
        raise RequestRefused(
            "登录请求的参数有误。", f"The request is not valid: {error.description}."
        ) from error
    return send_to(with_query("/oidc/authorize", **sent))


@router.post("/oidc/token")
@answer_not_stored
async def token(request: Request, desk: TheOidc, address: ClientAddress) -> Response:
    form = await read_once(request)
    client = await desk.authenticate_client(request.headers.get("authorization"), form, address)
    return _json(await desk.issue_tokens(client, form))


@router.get("/oidc/userinfo")
async def userinfo(request: Request, uow: Uow, desk: TheOidc) -> Response:
    return _json(await desk.read_userinfo(uow, _bearer(request)))


@router.post("/oidc/userinfo")
@answer_not_stored
async def userinfo_by_post(request: Request, uow: Uow, desk: TheOidc) -> Response:
    return _json(await desk.read_userinfo(uow, _bearer(request)))


@router.post("/oidc/introspect")
@answer_not_stored
async def introspect(request: Request, uow: Uow, desk: TheOidc, address: ClientAddress) -> Response:
    form = await read_once(request)
    client = await desk.authenticate_client(request.headers.get("authorization"), form, address)
    return _json(await desk.inspect_token(uow, client, _token(form)))


@router.post("/oidc/revoke")
@answer_not_stored
async def revoke(request: Request, uow: Uow, desk: TheOidc, address: ClientAddress) -> Response:
    form = await read_once(request)
    client = await desk.authenticate_client(request.headers.get("authorization"), form, address)
    await desk.revoke_token(uow, client, _token(form))
    return Response(status_code=200, headers={"Cache-Control": "no-store"})


_CLAIMS = [
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid", "nickname", "name",
    "phone_number", "phone_number_verified", "account_kind", "assurance_level", "company_name", "uscc", "id_type",
    "id_number", "representative_name", "representative_id_number", "badge_no", "unit", "department", "branch",
    "rank", "roles",
]  # fmt: skip


def _token(form: dict[str, str]) -> str:
    if "token" not in form:
        raise OAuthError("invalid_request", "missing: token")
    return form["token"]


def _bearer(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise InvalidToken
    return text.strip()


def _wants_english(sent: dict[str, str]) -> bool:
    """`ui_locales` in the client's order of preference."""
    for locale in sent.get("ui_locales", "").split():
        if (language := locale.split("-")[0].lower()) in ("zh", "en"):
            return language == "en"
    return False


def _challenge(error: OAuthError) -> dict[str, str]:
    if isinstance(error, InvalidClient):
        return {"WWW-Authenticate": 'Basic realm="oidc"'}
    if isinstance(error, InvalidToken):
        return {"WWW-Authenticate": f'Bearer error="{error.error}", error_description="{error.description}"'}
    return {}


def _error(error: str, description: str, status: int, headers: dict[str, str]) -> Response:
    response = _json({"error": error, "error_description": description}, headers)
    response.status_code = status
    return response


def _json(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    kept = (
        {"Cache-Control": "no-store", "Pragma": "no-cache"}
        if not headers or "Cache-Control" not in headers
        else {}
    )
    return Response(orjson.dumps(document), 200, {**kept, **(headers or {})}, "application/json")
