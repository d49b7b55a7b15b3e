"""The face check as a step of a browser's log-in that needs a higher level."""

from uuid import UUID

from chassis.http import Uow, answer_not_stored
from fastapi import Request, Response

from ...domain.oidc.answers import with_query
from ...domain.ways_in.errors import FaceCheckNotFound
from ...domain.ways_in.faces import FaceState
from ..oidc.browser import TheBrowser, go_on, send_to
from ..oidc.forms import read_once
from ..oidc.pages import PageRouter, pages
from ..oidc.provider import TheOidc
from .views import TheWaysIn

router = PageRouter()


@router.get("/login/face")
async def set_out(uow: Uow, desk: TheWaysIn, oidc: TheOidc, here: TheBrowser) -> Response:
    seat = await oidc.authorize.seat(uow, here.visitor)
    if seat is None or seat.subject.is_officer:
        return here.finish(send_to(with_query("/login", flow=here.flow_id)))
    back = with_query("/login/face/back", flow=here.flow_id)
    _, page = await desk.check_face.start(seat.subject.id, back)
    return here.finish(send_to(page.url))


@router.get("/login/face/back")
async def came_back(request: Request, here: TheBrowser) -> Response:
    check_id = request.query_params.get("face_check", "")
    return pages(request).show(here, "face", state=None, check_id=check_id)


@router.post("/login/face/result")
@answer_not_stored
async def see_result(
    request: Request, uow: Uow, desk: TheWaysIn, oidc: TheOidc, here: TheBrowser
) -> Response:
    form = await read_once(request)
    here.check_form(request, form)
    check_id = _check_id(form.get("face_check", ""))
    seat = await oidc.authorize.seat(uow, here.visitor)
    if seat is None:
        return here.finish(send_to(with_query("/login", flow=here.flow_id)))
    state, _ = await desk.check_face.result(
        uow, seat.subject.id, check_id, seat.session_id, seat.authentication
    )
    if state is FaceState.PASSED:
        await here.renew(uow, oidc.flows)
        return here.finish(go_on(here.flow_id))
    return pages(request).show(here, "face", state=state, check_id=str(check_id), path="/login")


def _check_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise FaceCheckNotFound from None
