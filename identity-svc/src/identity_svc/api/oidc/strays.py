"""Addresses under /login and /oidc that no page has: those of forms, entered again by hand, and mistyped ones."""

from typing import Final

from chassis.http import Router
from chassis.http.description import raises
from chassis.problems import NotFound
from fastapi import HTTPException, Request, Response

from ...domain.oidc.answers import with_query
from .browser import TheBrowser, here_of, send_to
from .pages import pages

router = Router(include_in_schema=False)

_FORMS: Final = frozenset(
    (
        "cancel",
        "code",
        "code/enter",
        "face/result",
        "level/real-name",
        "officer",
        "officer/code",
        "password",
        "register",
        "scan/confirm",
        "scan/refuse",
        "vouched/code",
        "vouched/enter",
    )
)


@router.get("/login/{rest:path}")
@raises(NotFound)
async def begin_again(rest: str, here: TheBrowser) -> Response:
    """A form's address, reloaded or from the history, holds nothing by itself: the log-in goes on from its page."""
    if rest.rstrip("/") in _FORMS or not rest:
        return here.finish(send_to(with_query("/login", flow=here.flow_id)))
    raise HTTPException(404)


async def stray_page(request: Request, status: int) -> Response | None:
    """For browsers, whether the address is unknown (404) or takes no GET (405); programs get a problem document."""
    if not request.scope["path"].startswith(("/login/", "/oidc")):
        return None
    problem = NotFound(
        "这个地址没有页面，请从登录页重新开始。", "There is no page here; begin at the log-in page."
    )
    here = await here_of(request)
    return pages(request).show(here, "problem", status=status, problem=problem, path="/login")
