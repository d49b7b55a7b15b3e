"""Pushes of SF, and its route nodes wherever they come from.

Nothing in a push is signed: it reaches us by an address that only SF was told, and what it says is a hint.
"""

from typing import Any, Final

import orjson

from courier_svc.application.ports import Knock, PushUnreadable, Reception
from courier_svc.application.push_secrets import PushSecrets
from courier_svc.channels.code_map import CodeMap
from courier_svc.channels.scans import Members, json_object, report_of, words
from courier_svc.domain.errors import PushUnverified
from courier_svc.domain.tracking import Report, Trust

NAME: Final = "sf"
_KEPT: Final = ("mailno", "orderid", "acceptTime", "acceptAddress", "remark", "opCode")
_MEMBERS: Final = Members(order="orderid", waybill="mailno", code="opCode", at="acceptTime")
_ANSWERS: Final = {
    Reception.TAKEN: '{"return_code":"0000","return_msg":"成功"}'.encode(),
    Reception.REFUSED: '{"return_code":"1000","return_msg":"推送地址不正确"}'.encode(),
    Reception.LATER: '{"return_code":"1001","return_msg":"暂时无法接收，请重新推送"}'.encode(),
}


class SfDoor:
    trust = Trust.NOTHING

    def __init__(self, secrets: PushSecrets, codes: CodeMap) -> None:
        self._secrets = secrets
        self._codes = codes

    def open(self, knock: Knock) -> list[bytes]:
        if not self._secrets.accepts(knock.secret):
            raise PushUnverified("address", "the address is not the one SF was told")
        body = json_object(knock.body).get("Body")
        nodes = body.get("WaybillRoute") if isinstance(body, dict) else None
        if not isinstance(nodes, list) or not nodes:
            raise PushUnreadable("there is no WaybillRoute in it")
        return [scan_of(node) if isinstance(node, dict) else orjson.dumps(node) for node in nodes]

    def read(self, scan: bytes) -> Report:
        return report_of(NAME, scan, _MEMBERS, self._codes.move)

    def description(self, scan: bytes) -> str:
        return words(scan, "remark")

    def hand_over(self, scan: bytes) -> str | None:
        return None

    def answer(self, reception: Reception, knock: Knock) -> bytes:
        return _ANSWERS[reception]


def scan_of(node: dict[str, Any]) -> bytes:
    """A route node as it is kept, without what a push has and an answer has not."""
    return orjson.dumps({name: node[name] for name in _KEPT if name in node})
