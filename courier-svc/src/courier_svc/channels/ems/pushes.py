"""Pushes of EMS (040002), and its scans wherever they come from: the same members either way.

The envelope shows that somebody with our key made it, or put it together from pieces of others: enough to believe
that a parcel moves, not that it has arrived.
"""

from collections.abc import Sequence
from typing import Final

import orjson

from courier_svc.application.ports import Knock, PushUnreadable, Reception
from courier_svc.channels.code_map import CodeMap
from courier_svc.channels.scans import Members, json_object, report_of, words
from courier_svc.domain.errors import PushUnverified
from courier_svc.domain.tracking import Report, Trust

from .envelope import Envelope, EnvelopeBroken

NAME: Final = "ems"
NEVER_DELIVERED: Final = ("705", "708", "711", "747")
"""A failed attempt; a return registered; delivered, to the sender; put in a locker. Public samples take two of them for
the end."""
_MEMBERS: Final = Members(order="orderNo", waybill="waybillNo", code="opCode", at="opTime")
_ANSWERS: Final = {
    Reception.TAKEN: ("00000", "成功"),
    Reception.REFUSED: ("S00001", "报文不能解密"),
    Reception.LATER: ("S00001", "暂时无法接收，请重新推送"),
}


class EmsDoor:
    trust = Trust.STEPS

    def __init__(self, envelopes: Sequence[Envelope], sender_no: str, codes: CodeMap) -> None:
        """`envelopes`: under the present key, and the one before as long as it is still accepted."""
        self._envelopes = tuple(envelopes)
        self._sender_no = sender_no
        self._codes = codes

    def open(self, knock: Knock) -> list[bytes]:
        try:
            sealed = json_object(knock.body).get("logitcsInterface")
        except PushUnreadable as error:
            raise PushUnverified("not_json", str(error)) from error
        if not isinstance(sealed, str):
            raise PushUnverified("no_envelope", "there is no envelope in it")
        found = self._opened(sealed)
        scans = found if isinstance(found, list) else [found]
        return [orjson.dumps(scan) for scan in scans]

    def _opened(self, sealed: str) -> object:
        for envelope in self._envelopes:
            try:
                found: object = orjson.loads(envelope.open(sealed))
            except (
                EnvelopeBroken,
                orjson.JSONDecodeError,
            ):  # one in 250 wrong keys leaves what looks like padding
                continue
            return found
        raise PushUnverified("envelope", "the envelope does not open with our key")

    def read(self, scan: bytes) -> Report:
        return report_of(NAME, scan, _MEMBERS, self._codes.move)

    def description(self, scan: bytes) -> str:
        return words(scan, "opDesc") or words(scan, "opName")

    def hand_over(self, scan: bytes) -> str | None:
        return words(scan, "deliverCode") or None

    def answer(self, reception: Reception, knock: Knock) -> bytes:
        code, message = _ANSWERS[reception]
        serial = words(knock.body, "serialNo")[:64]
        return orjson.dumps(
            {"serialNo": serial, "code": code, "codeMessage": message, "senderNo": self._sender_no}
        )
