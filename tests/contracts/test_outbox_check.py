"""The check that every test's outbox goes through sees what it is there for."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import evaluation_svc
import pytest
from chassis.testing import TEST_KEYS, Tokens, running
from chassis.testing.contracts import Told, faults
from contracts.committed import example
from contracts.evaluation import ReviewSubmitted
from evaluation_svc.bootstrap import build
from evaluation_svc.settings import EvaluationSettings

PAID = "payment.order.paid"


def told(version: int = 1, **changes: Any) -> Told:
    body = example(PAID, **changes)
    payload = json.dumps(body, ensure_ascii=False).encode()
    return Told(PAID, "payment.orders.v1", body["order_id"], version, payload)


def found(*events: Told) -> list[str]:
    return list(faults("payment-svc", events))


def test_a_sound_event_passes():
    assert found(told(1), told(2)) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"amount_cents": "2000"}, "/amount_cents"),
        ({"paid_at": "yesterday"}, "/paid_at"),
        ({"note": "new"}, "note"),
        ({"channel": "来电13812345678"}, "phone or ID number"),
        ({"channel": "11010519491231002X"}, "phone or ID number"),
    ],
)
def test_a_body_that_breaks_its_schema_or_tells_of_people_is_named(changes: dict[str, Any], fault: str):
    [line] = found(replace(told(), payload=json.dumps(json.loads(told().payload) | changes).encode()))
    assert line.startswith(PAID) and fault in line


def test_a_missing_member_is_named():
    body = json.loads(told().payload)
    del body["channel"]
    [line] = found(replace(told(), payload=json.dumps(body).encode()))
    assert "channel" in line


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"topic": "case.cases.v1"}, "belongs on payment.orders.v1"),
        ({"topic": "payment.inventions.v1"}, "belongs on payment.orders.v1"),
        ({"key": "another"}, "its key is not its order_id"),
        ({"type": "payment.order.invented"}, "no schema of this type"),
        ({"version": 0}, "does not follow"),
    ],
)
def test_a_wrong_envelope_is_named(wrong: dict[str, Any], fault: str):
    [line] = found(replace(told(), **wrong))
    assert fault in line


def test_a_version_twice_or_backwards_is_named():
    assert len(found(told(2), told(2), told(1))) == 2


def test_another_services_event_is_named():
    [line] = list(faults("courier-svc", [told()]))
    assert "belongs on" in line


async def test_every_test_that_leaves_such_an_event_fails(fresh_database: Any, tokens: Tokens):
    async with fresh_database(Path(evaluation_svc.__file__).parent / "migrations") as url:
        service = build(EvaluationSettings(**TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092"))
        with pytest.raises(AssertionError, match=r"evaluation\.review\.submitted .* phone or ID number"):
            async with running(service, tokens) as svc, svc.uow() as uow:
                body = example("evaluation.review.submitted", tags=["请回电13812345678"])
                uow.emit(ReviewSubmitted.model_validate(body), version=1)
