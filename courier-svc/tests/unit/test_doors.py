"""Couriers' documents, read strictly, whoever sent them."""

import json
from pathlib import Path
from typing import Any

import courier_svc.channels
import pytest
from courier_svc.application.ports import Knock, PushUnreadable
from courier_svc.application.push_secrets import PushSecrets
from courier_svc.channels.code_map import load_code_map
from courier_svc.channels.ems import EmsDoor, Envelope
from courier_svc.channels.sf import SfDoor
from courier_svc.domain.errors import PushUnverified
from courier_svc.domain.tracking import Trust
from courier_svc.domain.transitions import Move
from hypothesis import given
from hypothesis import strategies as st

CHANNELS = Path(courier_svc.channels.__file__).parent
OLD_KEY, NEW_KEY = "ASNFZ4mrze/+3LqYdlQyEA==", "MDEyMzQ1Njc4OWFiY2RlZg=="
EMS = EmsDoor(
    [Envelope(NEW_KEY), Envelope(OLD_KEY)], "1100006101", load_code_map(CHANNELS / "ems/codes.json", "ems")
)
SF = SfDoor(
    PushSecrets(["new-secret-of-ours", "old-secret-of-ours"]), load_code_map(CHANNELS / "sf/route.json", "sf")
)
EMS_SCAN = {
    "waybillNo": "EX1", "orderNo": "o-1", "opCode": "704", "opTime": "2026-11-22 18:30:59", "opDesc": "妥投",
    "deliverCode": "10",
}  # fmt: skip
SF_NODE = {
    "id": "7", "mailno": "SF1", "orderid": "o-1", "opCode": "80", "acceptTime": "2026-11-22 18:30:59",
    "acceptAddress": "西安市", "remark": "已签收",
}  # fmt: skip


def sf_push(*nodes: Any) -> bytes:
    return json.dumps({"Body": {"WaybillRoute": nodes}}).encode()


def ems_push(scan: Any, key: str = NEW_KEY) -> bytes:
    return json.dumps({"logitcsInterface": Envelope(key).seal(json.dumps(scan).encode())}).encode()


def test_a_scan_of_ems_is_read() -> None:
    (scan,) = EMS.open(Knock(ems_push(EMS_SCAN)))
    report = EMS.read(scan)
    assert (report.event_id, report.order_no, report.move) == (
        "EX1-704-20261122183059",
        "o-1",
        Move.DELIVERED,
    )
    assert report.occurred_at.isoformat() == "2026-11-22T18:30:59+08:00"
    assert (EMS.description(scan), EMS.hand_over(scan)) == ("妥投", "10")


def test_a_node_of_sf_is_read_and_kept_as_the_query_tells_it() -> None:
    (scan,) = SF.open(Knock(sf_push(SF_NODE), "new-secret-of-ours"))
    report = SF.read(scan)
    assert (report.event_id, report.order_no, report.move) == ("SF1-80-20261122183059", "o-1", Move.DELIVERED)
    assert (SF.description(scan), SF.hand_over(scan)) == ("已签收", None)
    assert "id" not in json.loads(scan)


def test_the_old_key_and_the_old_address_are_believed_beside_the_new() -> None:
    assert len(EMS.open(Knock(ems_push(EMS_SCAN, OLD_KEY)))) == 1
    assert len(SF.open(Knock(sf_push(SF_NODE), "old-secret-of-ours"))) == 1


@pytest.mark.parametrize(
    "secret", ["", "new-secret-of-our", "new-secret-of-oursx", "new-secret-of-oürs", "\udcff"]
)
def test_any_other_address_is_refused(secret: str) -> None:
    with pytest.raises(PushUnverified):
        SF.open(Knock(sf_push(SF_NODE), secret))


@given(st.binary(max_size=300) | st.sampled_from([b"[]", b"null", b"{}", b'{"Body":{"WaybillRoute":[]}}']))
def test_whatever_comes_is_opened_or_said_to_be_unreadable(body: bytes) -> None:
    with pytest.raises(PushUnreadable):
        SF.open(Knock(body, "new-secret-of-ours"))
    with pytest.raises(PushUnverified):
        EMS.open(Knock(body))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_whatever_a_scan_holds_is_read_or_said_to_be_unreadable(value: Any) -> None:
    for door, scan, names in (
        (EMS, EMS_SCAN, ("waybillNo", "orderNo", "opCode", "opTime")),
        (SF, SF_NODE, ("mailno", "orderid", "opCode", "acceptTime")),
    ):
        for name in names:
            body = json.dumps(scan | {name: value}).encode()
            try:
                report = door.read(body)
            except PushUnreadable:
                continue
            assert 0 < len(report.event_id) <= 128 and "\x00" not in report.order_no
        assert isinstance(door.description(json.dumps({"opDesc": value, "remark": value}).encode()), str)


@pytest.mark.parametrize("move", [Move.PICKED_UP, Move.MOVED, None])
def test_steps_are_believed_of_an_envelope_and_nothing_of_an_unsigned_push(move: Move | None) -> None:
    assert EMS.trust.covers(move)
    assert not SF.trust.covers(move)


@pytest.mark.parametrize("move", [Move.DELIVERED, Move.CAME_BACK])
def test_an_end_is_believed_of_no_push(move: Move) -> None:
    assert not any(trust.covers(move) for trust in Trust)
