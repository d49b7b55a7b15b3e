"""The couriers' doors, one each. Answers as the courier's protocol says, errors included."""

from typing import Any, Final

import structlog
from chassis.http import WebhookRouter
from chassis.http.body_limit import limited
from chassis.service import Service
from fastapi import Request, Response

from courier_svc.application.desk import Desk
from courier_svc.application.ports import Knock, Reception
from courier_svc.application.receive_push import receive_push
from courier_svc.domain.errors import PushUnverified

log = structlog.get_logger(__name__)
router = WebhookRouter(prefix="/webhooks/courier", tags=["webhooks"])

_JSON: Final = "application/json"
_LARGEST: Final = 65_536
_STATUS: Final = {Reception.TAKEN: 200, Reception.REFUSED: 401, Reception.LATER: 503}


def _documented(taken: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi_extra": {
            "requestBody": {"required": True, "content": {_JSON: {"schema": {"type": "object"}}}}
        },
        "responses": {
            200: {"description": "已收下 · stored", "content": {_JSON: {"example": taken}}},
            401: {"description": "无法验证 · not proven to be the courier's", "content": {_JSON: {}}},
            404: {"description": "未启用这家快递公司 · no contract with that courier"},
            503: {"description": "请重新推送 · send it again", "content": {_JSON: {}}},
        },
        "response_class": Response,
    }


@router.post(
    "/ems",
    summary="EMS 轨迹推送（040002） · a trace push of EMS",
    **_documented({"serialNo": "C3E7…", "code": "00000", "codeMessage": "成功", "senderNo": "1100006101"}),
)
async def ems_push(request: Request) -> Response:
    return await _received(request, "ems")


@router.post(
    "/sf/{secret}",
    summary="顺丰路由推送 · a route push of SF, to the address only SF was told",
    **_documented({"return_code": "0000", "return_msg": "成功"}),
)
async def sf_push(request: Request, secret: str) -> Response:
    return await _received(request, "sf", secret)


async def _received(request: Request, name: str, secret: str = "") -> Response:
    desk: Desk = request.app.state.desk
    service: Service = request.app.state.service
    carrier = desk.carriers.by_name.get(name)
    if carrier is None:
        return Response(status_code=404)
    body = await limited(request, _LARGEST).body()
    knock = Knock(body, secret)
    try:
        await receive_push(desk, service.begin, carrier, knock)
        reception = Reception.TAKEN
    except PushUnverified as error:
        log.warning("push_refused", courier=name, cause=error.reason)
        request.app.state.refusals.note(name, "push", error.cause, body)
        reception = Reception.REFUSED
    except Exception:  # nothing was stored, whatever the reason: the courier keeps it and comes again
        log.exception("push_not_stored", courier=name)
        reception = Reception.LATER
    return Response(carrier.door.answer(reception, knock), _STATUS[reception], media_type=_JSON)
