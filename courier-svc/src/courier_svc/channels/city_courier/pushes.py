"""Reading one scan, as a push or as an entry of the traces: the same members either way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from courier_svc.application.ports import PushUnreadable
from courier_svc.domain.errors import PushUnverified
from courier_svc.domain.tracking import Report

from .codes import CODES
from .signing import SignatureRefused, Verifier

NAME: Final = "city_courier"
_LONGEST: Final = {"event_id": 128, "order_no": 64, "code": 64}


class CityCourierDoor:
    """Pushes of the city's courier. A replay within the time window is a repeat: `event_id` recognises it."""

    name = NAME

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        try:
            self._verifier.verify(headers, body)
        except SignatureRefused as error:
            raise PushUnverified(str(error)) from error

    def read(self, body: bytes) -> Report:
        try:
            members = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise PushUnreadable("not JSON") from error
        return report_from(members, body)

    def description(self, body: bytes) -> str:
        try:
            text = orjson.loads(body).get("description")
        except (orjson.JSONDecodeError, AttributeError):
            return ""
        return text[:500] if isinstance(text, str) else ""


def report_from(members: Any, body: bytes) -> Report:
    """One scan; raises PushUnreadable."""
    if not isinstance(members, dict):
        raise PushUnreadable("not a JSON object")
    event_id, order_no, code = (_text(members, name, longest) for name, longest in _LONGEST.items())
    waybill_no = _text(members, "waybill_no", 64) if members.get("waybill_no") is not None else None
    return Report(event_id, order_no, waybill_no, code, CODES.get(code), _time(members), body)


def _text(members: dict[str, Any], name: str, longest: int) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\x00" in value:
        raise PushUnreadable(f"{name} is missing or malformed")
    return value


def _time(members: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(members["time"])
    except (KeyError, TypeError, ValueError) as error:
        raise PushUnreadable("time is missing or malformed") from error
    if moment.tzinfo is None or not 2000 <= moment.year <= 9000:
        raise PushUnreadable("time has no offset or is absurd")
    return moment
