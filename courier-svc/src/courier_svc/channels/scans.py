"""Reading couriers' documents strictly: texts of a sane length, times as people in China write them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from chassis.clock import SHANGHAI

from courier_svc.application.ports import PushUnreadable
from courier_svc.domain.tracking import Report
from courier_svc.domain.transitions import Move

_LONGEST_WORDS: Final = 500


def json_object(body: bytes) -> dict[str, Any]:
    """Raises PushUnreadable."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PushUnreadable("not JSON") from error
    if not isinstance(found, dict):
        raise PushUnreadable("not a JSON object")
    return found


def text(members: dict[str, Any], name: str, longest: int = 64) -> str:
    """Raises PushUnreadable."""
    value = members.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\x00" in value:
        raise PushUnreadable(f"{name} is missing or malformed")
    return value


def text_or_none(members: dict[str, Any], name: str) -> str | None:
    """None where it is missing or empty. Raises PushUnreadable."""
    return text(members, name) if members.get(name) not in (None, "") else None


def local_time(members: dict[str, Any], name: str) -> datetime:
    """`2026-11-22 18:30:59`, in Shanghai. Raises PushUnreadable."""
    try:
        moment = datetime.strptime(text(members, name), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise PushUnreadable(f"{name} is no time") from error
    if not 2000 <= moment.year <= 9000:
        raise PushUnreadable(f"{name} is absurd")
    return moment


def scan_id(waybill_no: str, code: str, moment: datetime) -> str:
    """Couriers give a scan no number that its push and the answer to a query share: what is of one waybill, code and
    second is one scan.
    """
    return f"{waybill_no}-{code}-{moment.astimezone(SHANGHAI):%Y%m%d%H%M%S}"


class Members(NamedTuple):
    """What a courier calls the parts of its scans."""

    order: str
    waybill: str
    code: str
    at: str


def report_of(courier: str, scan: bytes, names: Members, move: Callable[[str], Move | None]) -> Report:
    """A scan as we take it; `move` says what its code means. Raises PushUnreadable."""
    members = json_object(scan)
    waybill_no, code = text(members, names.waybill), text(members, names.code, 32)
    moment = local_time(members, names.at)
    return Report(
        courier=courier,
        event_id=scan_id(waybill_no, code, moment),
        order_no=text_or_none(members, names.order) or "",
        waybill_no=waybill_no,
        code=code,
        move=move(code),
        occurred_at=moment,
        body=scan,
    )


def words(scan: bytes, name: str) -> str:
    """A member of a stored scan, for people; empty where it has none."""
    try:
        found = json_object(scan).get(name)
    except PushUnreadable:
        return ""
    return found[:_LONGEST_WORDS] if isinstance(found, str) else ""
