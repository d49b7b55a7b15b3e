"""Addresses under /login that no page has: those that forms go to, entered again by hand, and mistyped ones."""

from typing import Final

from chassis.problems import NotFound
from fastapi import Response

from ...domain.oidc.answers import with_query
from .browser import TheBrowser, send_to
from .pages import PageRouter

router = PageRouter()

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
async def begin_again(rest: str, here: TheBrowser) -> Response:
    """A form's address, reloaded or from the history, holds nothing by itself: the log-in goes on from its page."""
    if rest.rstrip("/") in _FORMS or not rest:
        return here.finish(send_to(with_query("/login", flow=here.flow_id)))
    raise NotFound(
        "这个地址没有页面，请从登录页重新开始。", "There is no page here; begin at the log-in page."
    )
