"""Who may call a route, said in its signature."""

from collections.abc import Awaitable, Callable

from contracts.tokens import Role
from starlette.requests import Request

from ..auth.caller import Caller
from ..problems import Forbidden, Problem, Unauthorized

CALLER_KEY = "chassis.caller"


def allow(*roles: Role) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets callers with any of `roles` pass, or every authenticated one when none is named.

    The roles stay readable on the function (`allowed_roles`): the route × role matrix test reads them there.
    """

    async def caller(request: Request) -> Caller:
        found = request.scope.get(CALLER_KEY)
        if isinstance(found, Problem):
            raise found
        if found is None:
            raise Unauthorized("请先登录。", "Log in first.")
        if roles and not found.has(*roles):
            raise Forbidden("您的身份不能进行此操作。", "Your role may not do this.")
        return found

    caller.allowed_roles = roles  # type: ignore[attr-defined]
    return caller


async def authenticate(request: Request) -> None:
    """Puts the caller, or the reason why there is none, into the scope. A public route never looks at it."""
    header = request.headers.get("authorization")
    if header is None:
        return
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("请使用 Bearer 令牌。", "Use a bearer token.")
        request.scope[CALLER_KEY] = await request.app.state.verifier.verify(token.strip())
    except Problem as problem:
        request.scope[CALLER_KEY] = problem
