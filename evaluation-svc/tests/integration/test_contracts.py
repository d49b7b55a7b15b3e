"""What evaluation-svc tells and reads, held against the committed contracts."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Running
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer
from contracts.readers import types_read_by

from ..conftest import Citizen

OFFICER_OF = {"case.case.completed": "deciding_officer_id", "case.case.denied": "officer_id"}
"""Who a review will be about, by the event that ended the case."""


async def test_its_stories_tell_every_event_it_owns(svc: Running, citizen: Citizen) -> None:
    words = "窗口的李警官很耐心"
    case_id = await citizen.case_ends(officer_id=uuid4())
    answer = await citizen.review(case_id, "very_satisfied", tags=["efficiency"], text=words)
    assert answer.status_code == 201, answer.text
    await assert_told_everything(svc.service, but_never=[words])


@pytest.mark.parametrize("producer", Producer)
async def test_every_event_it_reads_is_kept_as_it_came(svc: Running, subtests, producer: Producer) -> None:
    reads = types_read_by("evaluation-svc")
    assert_reads(svc.service, reads)
    for type in sorted(reads):
        with subtests.test(type):
            values = {"case_id": str(uuid4())} if type in OFFICER_OF else {}
            body = await taken(svc, type, producer, **values)
            kept = await svc.service.pool.fetch("SELECT payload FROM event_history WHERE type = $1", type)
            assert [row["payload"] for row in kept] == [body]
            if type in OFFICER_OF:
                await has_invited(svc, body, body.get(OFFICER_OF[type]))


async def has_invited(svc: Running, case: dict[str, Any], officer: str | None) -> None:
    invited = await svc.service.pool.fetchrow(
        "SELECT applicant_id, item_code, officer_id FROM invitation WHERE case_id = $1", UUID(case["case_id"])
    )
    assert (str(invited["applicant_id"]), invited["item_code"]) == (case["applicant_id"], case["item_code"])
    assert invited["officer_id"] == (UUID(officer) if officer else None)
