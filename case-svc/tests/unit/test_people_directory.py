"""What identity-svc answers of an applicant, as case-svc understands it."""

from typing import Any
from uuid import uuid4

import pytest
from case_svc.channels.identity import PeopleDirectory
from case_svc.domain.hands import Agent
from case_svc.domain.people import ERASED_NAME
from chassis.http_client import CallFailed


class Answers:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def get_json(self, path: str, **params: Any) -> Any:
        self.asked = path, params
        if isinstance(self.answer, CallFailed):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"name": "欧阳小明", "phone": "+8613800000000"}, "欧阳小明"),
        (CallFailed("x", 410), ERASED_NAME),
    ],
)
async def test_who_is_known_has_a_name_and_who_was_erased_is_called_so(answer, name):
    found = await PeopleDirectory(Answers(answer)).find(uuid4())
    assert found is not None and found["name"] == name


@pytest.mark.parametrize("answer", [CallFailed("x", 503), CallFailed("x", None), {"name": None}], ids=str)
async def test_whoever_cannot_be_asked_about_now_is_asked_about_later(answer):
    assert await PeopleDirectory(Answers(answer)).find(uuid4()) is None


async def test_whom_mandates_let_act_is_asked_of_all_at_once():
    known, other = uuid4(), uuid4()
    answers = Answers([{"id": str(known), "kind": "proxy", "agent_id": str(uuid4()), "agent_name": "李*"}])
    assert await PeopleDirectory(answers).agents([known, other, known]) == {known: Agent("proxy", "李*")}
    assert answers.asked == ("/internal/mandates", {"id": sorted({str(known), str(other)})})


async def test_without_identity_nobody_has_a_name():
    assert await PeopleDirectory(Answers(CallFailed("x", None))).agents([uuid4()]) == {}
