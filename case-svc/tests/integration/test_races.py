"""Two at once: one wins, the other is told, nothing is doubled."""

import asyncio
from uuid import UUID


async def statuses(*calls) -> list[int]:
    return sorted(answer.status_code for answer in await asyncio.gather(*calls))


async def test_two_officers_deciding_at_once_leave_one_decision(world, make_item) -> None:
    for _ in range(5):
        case_id = await world.accepted(make_item())
        path = f"/api/cases/{case_id}/decisions"
        deny = {"decision": "deny", "reason": "x", "legal_basis": "y"}
        found = await statuses(
            world.officer().post(path, {"decision": "approve"}), world.officer().post(path, deny)
        )
        assert found == [200, 409]
        ends = [name for name in await world.event_types(case_id) if name.endswith(("approved", "denied"))]
        assert len(ends) == 1


async def test_many_officers_accepting_at_once_accept_once(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    calls = [world.officer().post(f"/api/cases/{case_id}/accept") for _ in range(6)]
    assert await statuses(*calls) == [200, 409, 409, 409, 409, 409]
    assert (await world.event_types(case_id)).count("case.case.accepted") == 1


async def test_a_withdrawal_and_an_approval_at_once_leave_one_of_them(world, make_item) -> None:
    case_id = await world.accepted(make_item(steps=("accept", "review", "produce", "deliver")))
    found = await statuses(
        world.citizen.post(f"/api/cases/{case_id}/withdraw", {}),
        world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"}),
    )
    assert found == [200, 409]


async def test_a_form_saved_while_submitting_is_never_overlooked(world, make_item) -> None:
    for _ in range(5):
        case_id = await world.draft(make_item())
        submitted, saved = await asyncio.gather(
            world.citizen.post(f"/api/cases/{case_id}/submit"),
            world.citizen.put(f"/api/cases/{case_id}/answers", {"answers": {}, "version": 1}),
        )
        if submitted.status_code == 200:
            assert saved.status_code == 409
        else:
            assert (submitted.status_code, saved.status_code) in {(409, 200), (422, 200)}


async def test_uploads_at_once_never_exceed_twenty(world, make_item, make_upload, pdf) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    path = f"/api/cases/{case_id}/materials?key=m1"
    for _ in range(17):
        await world.citizen.post(path, content=pdf)
    found = await statuses(*[world.citizen.post(path, content=pdf) for _ in range(6)])
    assert found == [201, 201, 201, 409, 409, 409]
    async with world.uow() as uow:
        count = "SELECT count(*) FROM case_material WHERE case_id = $1"
        assert await uow.fetchval(count, UUID(case_id)) == 20


async def test_the_clock_and_an_officer_at_once_accept_once(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with world.uow() as uow:
        await uow.execute("UPDATE job SET run_at = now()")
    await asyncio.gather(world.run_jobs(), world.officer().post(f"/api/cases/{case_id}/accept"))
    await world.run_jobs()
    assert (await world.event_types(case_id)).count("case.case.accepted") == 1
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM job") == 0
