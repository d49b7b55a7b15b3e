"""One review a case, by its applicant, attributed and counted once."""

import asyncio
from uuid import uuid4

import pytest
from chassis.testing import Running, bearer
from contracts.case import CaseNotAccepted, CaseWithdrawn
from contracts.evaluation import ReviewInvited, ReviewSubmitted

from ..conftest import ITEM, UNIT, Citizen, case_facts


async def test_a_completed_case_invites_its_applicant(citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    (invitation,) = (await citizen.get("/api/reviews/invitations"))["items"]
    assert (invitation["case_id"], invitation["outcome"]) == (str(case_id), "completed")
    (event,) = await citizen.svc.emitted()
    assert isinstance(event, ReviewInvited)
    assert (event.case_id, event.applicant_id) == (case_id, citizen.id)


async def test_a_denied_case_invites_too(citizen: Citizen) -> None:
    officer_id = uuid4()
    case_id = await citizen.case_is_denied(actor="officer", officer_id=officer_id)
    assert (await citizen.review(case_id, "dissatisfied")).status_code == 201
    event = (await citizen.svc.emitted())[-1]
    assert isinstance(event, ReviewSubmitted)
    assert event.officer_id == officer_id


async def test_a_case_that_was_never_served_invites_nobody(citizen: Citizen) -> None:
    facts = case_facts(applicant_id=citizen.id)
    await citizen.svc.deliver(CaseNotAccepted(**facts), CaseWithdrawn(**facts))
    assert (await citizen.get("/api/reviews/invitations"))["items"] == []


async def test_a_review_is_attributed_told_and_closes_the_invitation(citizen: Citizen) -> None:
    officer_id = uuid4()
    case_id = await citizen.case_ends(officer_id=officer_id)
    answer = await citizen.review(case_id, "very_satisfied", tags=["efficiency"], text="  很快，谢谢！ ")
    view = answer.json()
    assert (answer.status_code, view["text"], view["level_name"]) == (201, "很快，谢谢！", "非常满意")
    event = (await citizen.svc.emitted())[-1]
    assert isinstance(event, ReviewSubmitted)
    assert (event.level, event.tags, event.officer_id) == ("very_satisfied", ("efficiency",), officer_id)
    assert (event.unit, event.item_code, str(event.review_id)) == (UNIT, ITEM, view["id"])
    assert (await citizen.get("/api/reviews/invitations"))["items"] == []
    (mine,) = (await citizen.get("/api/reviews/mine"))["items"]
    assert (mine["case_id"], mine["text"]) == (str(case_id), "很快，谢谢！")


async def test_the_words_are_sealed_at_rest_and_in_no_event(citizen: Citizen) -> None:
    await citizen.review(await citizen.case_ends(), text="民警李某态度很好")
    pool = citizen.svc.service.pool
    sealed = await pool.fetchval("SELECT sealed_text FROM review")
    assert "李某".encode() not in sealed
    for table in ("review", "event_history", "outbox"):
        dump = await pool.fetchval(f"SELECT string_agg(t::text, '') FROM {table} t")
        assert "李某" not in dump


async def test_a_second_review_is_answered_with_the_first(citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    first = (await citizen.review(case_id, "satisfied", text="好")).json()
    answer = await citizen.review(case_id, "very_dissatisfied")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/already-reviewed")
    assert (problem["review"]["id"], problem["review"]["level"]) == (first["id"], "satisfied")


async def test_a_retry_with_its_key_gets_the_first_answer(citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    first, second = [await citizen.review(case_id, key="k-1") for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


async def test_of_reviews_at_once_one_counts(citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    answers = await asyncio.gather(*(citizen.review(case_id) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert (
        await citizen.svc.service.pool.fetchval("SELECT count(*) FROM tally_mark WHERE level = 'satisfied'")
        == 1
    )


async def test_anothers_or_an_unknown_case_cannot_be_reviewed(citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    stranger = Citizen(citizen.svc)
    for answer in (await stranger.review(case_id), await citizen.review(uuid4())):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/review-not-invited")
    await citizen.review(case_id, text="不给外人看")
    assert "不给外人看" not in (await stranger.review(case_id)).text


@pytest.mark.parametrize(
    "body",
    [
        {"level": "ok"},
        {"level": 5},
        {"level": None},
        {"tags": ["efficiency", "efficiency"]},
        {"tags": ["beauty"]},
        {"tags": "efficiency"},
        {"text": "好" * 501},
        {"text": "x" * 1_000_000},
        {"text": "a\x00b"},
        {"case_id": "42"},
        {"surprise": True},
    ],
    ids=lambda body: str(body)[:30].encode("ascii", "replace").decode(),
)
async def test_a_malformed_review_is_refused_and_changes_nothing(
    citizen: Citizen, body: dict[str, object]
) -> None:
    case_id = await citizen.case_ends()
    document = {"case_id": str(case_id), "level": "satisfied"} | body
    answer = await citizen.svc.client.post("/api/reviews", json=document, headers=citizen.headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert len((await citizen.get("/api/reviews/invitations"))["items"]) == 1


@pytest.mark.parametrize("text", ["好" * 500, "第一行\n第二行", "", "   ", None])
async def test_ordinary_words_pass(citizen: Citizen, text: str | None) -> None:
    answer = await citizen.review(await citizen.case_ends(), text=text)
    assert answer.status_code == 201
    assert answer.json()["text"] == (text.strip() or None if text else None)


async def test_an_officer_reviews_nothing(svc: Running, citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    headers = bearer(svc.tokens.officer(citizen.id, unit=UNIT, department="HUZHENG"))
    document = {"case_id": str(case_id), "level": "satisfied"}
    assert (await svc.client.post("/api/reviews", json=document, headers=headers)).status_code == 403
    assert (await svc.client.post("/api/reviews", json=document)).status_code == 401


async def test_invitations_and_reviews_page_by_key(citizen: Citizen) -> None:
    cases = [str(await citizen.case_ends()) for _ in range(5)]
    assert await collected(citizen, "/api/reviews/invitations") == cases[::-1]
    for case_id in cases:
        await citizen.review(case_id)  # type: ignore[arg-type]
    assert await collected(citizen, "/api/reviews/mine") == cases[::-1]


async def collected(citizen: Citizen, path: str) -> list[str]:
    seen: list[str] = []
    page = await citizen.get(path, limit=2)
    while True:
        seen += [item["case_id"] for item in page["items"]]
        if page["next"] is None:
            return seen
        page = await citizen.get(path, limit=2, cursor=page["next"])


async def test_the_levels_are_public_and_read_in_both_languages(svc: Running) -> None:
    levels = (await svc.client.get("/api/reviews/levels")).json()
    assert [level["name"] for level in levels] == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert [level["satisfied"] for level in levels] == [True, True, True, False, False]
    assert levels[4]["tags"][0] == {"code": "efficiency", "name": "办事效率低", "name_en": "Handled slowly"}


async def test_a_review_waits_for_nobody_who_counts(citizen: Citizen) -> None:
    """Reviews of one item meet at the day's row: who held it would hold up all of them."""
    await citizen.review(await citizen.case_ends())
    case_id, desk = await citizen.case_ends(), citizen.svc.service.state.desk
    async with citizen.svc.uow() as uow:
        await desk.statistics.fold(uow)
        async with asyncio.timeout(20):
            assert (await citizen.review(case_id)).status_code == 201
