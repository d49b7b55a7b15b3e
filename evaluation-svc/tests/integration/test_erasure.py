"""What is left of reviews when their author's account goes, and what comes late."""

from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import Running, bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased
from evaluation_svc.domain.retention import EVENTS, FATES
from evaluation_svc.persistence import people

from ..conftest import Citizen


async def test_levels_stay_and_nobody_wrote_them(svc: Running, citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    assert (await citizen.review(case_id, "satisfied", text="很好")).status_code == 201
    await svc.deliver(AccountErased(account_id=citizen.id, erased_at=now()))
    (row,) = await svc.service.pool.fetch("SELECT applicant_id, level, sealed_text FROM review")
    assert (row["applicant_id"], row["level"], row["sealed_text"]) == (NOBODY, "satisfied", None)
    assert await svc.service.pool.fetch("SELECT FROM invitation") == []
    answer = await svc.client.get(
        f"/internal/people/{citizen.id}/erasure", headers=bearer(svc.tokens.service("identity-svc"))
    )
    assert answer.json()["done"] is True
    assert [line["what"] for line in answer.json()["outcomes"] if line["outcome"] == "kept"] == [EVENTS.what]
    assert await traces_of(svc.service.pool, citizen.id) <= stays(FATES)


async def test_an_invitation_that_comes_after_the_erasure_goes_a_day_later(
    svc: Running, citizen: Citizen
) -> None:
    await svc.deliver(AccountErased(account_id=citizen.id, erased_at=now()))
    await citizen.case_ends()
    await svc.service.pool.execute("UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
    await svc.run_jobs()
    assert await svc.service.pool.fetch("SELECT FROM invitation") == []


async def test_whatever_somebody_judged_is_found_by_an_index(svc: Running) -> None:
    async with svc.uow() as uow:
        connection = await uow.connection()
        for sql in (
            people._TEXTS,
            people._FORGET,
            people._FORGET_REVIEWED,
            people._LOOSEN,
            people._INVITATIONS,
        ):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"
