"""Logging out of everything: asked for by a client, or by the person."""

from chassis.http import Uow, answer_not_stored
from fastapi import Request, Response

from ...application.oidc.end_session import LogOutRequest
from ...domain.oidc.answers import with_query
from .browser import Here, TheBrowser, send_to
from .forms import read_once, read_query
from .pages import PageRouter, pages
from .persons import shown
from .provider import TheOidc

router = PageRouter()
_CARRIED = ("client_id", "post_logout_redirect_uri", "state", "id_token_hint")


@router.get("/oidc/logout")
async def log_out_of_all(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    """At once where the client proves by its ID token that it takes part in this very session; else a question.

    So that no picture on somebody's page logs people out.
    """
    sent = read_query(request)
    asked = await desk.end_session.read(uow, sent.values)
    seat = await desk.authorize.seat(uow, here.visitor)
    if seat is None or seat.session_id == asked.session_id:
        if seat is not None:
            await desk.end_session.at_once(seat)
        here.forget()
        return here.finish(send_to(asked.back_to)) if asked.back_to else _logged_out(request, here, asked)
    return pages(request).show(
        here,
        "logout",
        person=await shown(request, uow, seat),
        client=asked.client,
        astray=asked.astray,
        carried={name: sent.values[name] for name in _CARRIED if name in sent.values},
        path=with_query("/oidc/logout", **{name: sent.values.get(name) for name in _CARRIED}),
    )


@router.post("/oidc/logout")
@answer_not_stored
async def log_out_by_form(request: Request) -> Response:
    """A client may ask by a form as well; without our cookies it becomes a question by GET."""
    return send_to(with_query("/oidc/logout", **await read_once(request)))


@router.post("/oidc/logout/confirmed")
@answer_not_stored
async def log_out(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    form = await read_once(request)
    here.check_form(request, form)
    asked = await desk.end_session.read(uow, form)
    seat = await desk.authorize.seat(uow, here.visitor)
    if seat is not None:
        await desk.end_session(uow, seat)
    here.forget()
    if asked.back_to is not None:
        return pages(request).show(here, "leave", url=asked.back_to, client=asked.client, path="/login")
    return _logged_out(request, here, asked)


def _logged_out(request: Request, here: Here, asked: LogOutRequest) -> Response:
    return pages(request).show(here, "logged_out", client=asked.client, path="/login")
