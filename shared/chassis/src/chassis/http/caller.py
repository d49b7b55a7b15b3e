"""Who may call a route, said in its signature."""

from collections.abc import Awaitable, Callable

from contracts.tokens import Role
from starlette.requests import Request

from ..auth.caller import Caller
from ..problems import Forbidden, Problem, Unauthorized

CALLER_KEY = "chassis.caller"


class OnlyInPerson(Forbidden):
    """Somebody acts for another (`act` in the token) where only the person themselves may."""

    slug = "only-in-person"
    title = ("只能由本人办理", "Not on behalf of somebody else")

    def __init__(self) -> None:
        super().__init__(
            "您正在代他人办理，此操作只能由本人进行；请切换回自己的身份，或请本人办理。",
            "You act for somebody else, and only they may do this; return to your own account, or ask them.",
        )


def allow(*roles: Role, acting: bool = False) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets callers with any of `roles` pass, or every authenticated one when none is named.

    Whoever acts for somebody else (`Caller.actor`) passes only with `acting`; the route then heeds what their mandate
    is limited to. Both stay readable on the function (`allowed_roles`, `allows_acting`): matrix tests read them there.
    """

    async def caller(request: Request) -> Caller:
        found = request.scope.get(CALLER_KEY)
        if isinstance(found, Problem):
            raise found
        if found is None:
            raise Unauthorized("请先登录。", "Log in first.")
        if roles and not found.has(*roles):
            raise Forbidden("您的身份不能进行此操作。", "Your role may not do this.")
        if found.claims.act is not None and not acting:
            raise OnlyInPerson
        return found

    caller.allowed_roles = roles  # type: ignore[attr-defined]
    caller.allows_acting = acting  # type: ignore[attr-defined]
    return caller


def allow_service(*names: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets the services of these names pass, and nobody else."""
    door = allow(Role.SERVICE)

    async def caller(request: Request) -> Caller:
        found = await door(request)
        if found.subject not in names:
            raise Forbidden("这个服务不能调用此接口。", "This is not for that service.")
        return found

    caller.allowed_roles = (Role.SERVICE,)  # type: ignore[attr-defined]
    caller.allows_acting = False  # type: ignore[attr-defined]
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
