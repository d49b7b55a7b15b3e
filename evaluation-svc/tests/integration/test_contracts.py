"""What evaluation-svc tells and reads, held against the committed contracts."""

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
            body = await taken(svc, type, producer)
            kept = await svc.service.pool.fetch("SELECT payload FROM event_history WHERE type = $1", type)
            assert [row["payload"] for row in kept] == [body]


@pytest.mark.parametrize("producer", Producer)
@pytest.mark.parametrize("type", OFFICER_OF)
async def test_an_ended_case_invites_its_applicant(svc: Running, type: str, producer: Producer) -> None:
    body = await taken(svc, type, producer)
    invited = await svc.service.pool.fetchrow("SELECT * FROM invitation")
    assert str(invited["applicant_id"]) == body["applicant_id"]
    officer = body.get(OFFICER_OF[type])
    assert invited["officer_id"] == (UUID(officer) if officer else None)
