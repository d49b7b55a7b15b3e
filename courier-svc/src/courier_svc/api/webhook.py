"""The couriers' door. Answers as their protocol says, errors included."""

from typing import Final

from chassis.http import Router, Uow, answer_not_stored
from fastapi import Request, Response

from courier_svc.application.desk import Desk
from courier_svc.application.receive_push import receive_push
from courier_svc.domain.errors import PushUnverified

router = Router(prefix="/webhooks", tags=["webhooks"])

_TAKEN: Final = '{"return_code":"0000","return_msg":"成功"}'.encode()
_REFUSED: Final = '{"return_code":"1000","return_msg":"签名无法验证"}'.encode()
_JSON: Final = "application/json"
_DOCUMENTATION: Final = {
    "requestBody": {"required": True, "content": {_JSON: {"schema": {"type": "object"}}}},
}


@router.post(
    "/courier",
    summary="快递公司推送 · a courier's signed push",
    openapi_extra=_DOCUMENTATION,
    responses={200: {"content": {_JSON: {}}}, 401: {"description": "签名无法验证", "content": {_JSON: {}}}},
    response_class=Response,
)
@answer_not_stored
async def courier_push(request: Request, uow: Uow) -> Response:
    desk: Desk = request.app.state.desk
    try:
        await receive_push(desk, uow, request.headers, await request.body())
    except PushUnverified:
        return Response(_REFUSED, 401, media_type=_JSON)
    return Response(_TAKEN, media_type=_JSON)
