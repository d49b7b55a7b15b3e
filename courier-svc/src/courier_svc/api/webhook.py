"""The couriers' door. Answers as their protocol says, errors included."""

import json
from typing import Final

import structlog
from chassis.http import WebhookRouter
from chassis.http.body_limit import limited
from chassis.service import Service
from fastapi import Request, Response

from courier_svc.application.desk import Desk
from courier_svc.application.receive_push import receive_push
from courier_svc.domain.errors import PushUnverified

log = structlog.get_logger(__name__)
router = WebhookRouter(prefix="/webhooks", tags=["webhooks"])

_TAKEN: Final = '{"return_code":"0000","return_msg":"成功"}'.encode()
_REFUSED: Final = '{"return_code":"1000","return_msg":"签名无法验证"}'.encode()
_LATER: Final = '{"return_code":"1001","return_msg":"暂时无法接收，请重新推送"}'.encode()
_JSON: Final = "application/json"
_LARGEST: Final = 65_536


@router.post(
    "/courier",
    summary="快递公司推送 · a courier's signed push",
    openapi_extra={"requestBody": {"required": True, "content": {_JSON: {"schema": {"type": "object"}}}}},
    responses={
        200: {"description": "已收下 · stored", "content": {_JSON: {"example": json.loads(_TAKEN)}}},
        401: {"description": "签名无法验证 · not authentic", "content": {_JSON: {}}},
        503: {"description": "请重新推送 · send it again", "content": {_JSON: {}}},
    },
    response_class=Response,
)
async def courier_push(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    service: Service = request.app.state.service
    body = await limited(request, _LARGEST).body()
    try:
        await receive_push(desk, service.begin, request.headers, body)
    except PushUnverified as error:
        log.warning("push_refused", cause=error.reason)
        return Response(_REFUSED, 401, media_type=_JSON)
    except Exception:  # nothing was stored, whatever the reason: the courier keeps it and comes again
        log.exception("push_not_stored")
        return Response(_LATER, 503, media_type=_JSON)
    return Response(_TAKEN, media_type=_JSON)
