"""Who looked at a case stays known to its applicant for as long as the case is theirs."""

from uuid import UUID

import asyncpg
import pytest
from chassis.clock import now
from contracts.identity import AccountErased

_LOOK = "INSERT INTO case_view (case_id, viewer, what) VALUES ($1, 'courier-svc', 'address')"
_NOTED = """SELECT subject, facts FROM audit_log JOIN audit_pending USING (id)
 WHERE action = 'case.erase_looks' ORDER BY id"""


@pytest.fixture
def sql(world):
    return world.service.pool.fetch


async def looked_at(world, item) -> UUID:
    """A withdrawn case with two looks."""
    case_id = await world.submitted(item)
    for _ in range(2):
        await world.service.pool.fetch(_LOOK, UUID(case_id))
    answer = await world.citizen.post(f"/api/cases/{case_id}/withdraw", {})
    assert answer.status_code == 200, answer.text
    return UUID(case_id)


async def test_who_serves_can_neither_change_nor_remove_a_look(world, make_item, sql):
    case_id = await looked_at(world, make_item())
    for forbidden in (
        "UPDATE case_view SET viewer = 'nobody'", "UPDATE case_view SET case_id = gen_random_uuid()",
        "DELETE FROM case_view", "TRUNCATE case_view", "COMMENT ON TABLE case_view IS NULL",
        "CREATE OR REPLACE FUNCTION erase_looks_at(ended uuid[]) RETURNS bigint LANGUAGE sql AS 'SELECT 0'",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sql(forbidden)
    assert len((await world.citizen.get(f"/api/cases/{case_id}/views")).json()) == 2


async def test_looks_at_a_case_that_is_somebodys_cannot_be_erased(world, make_item, sql):
    case_id = await looked_at(world, make_item())
    assert [tuple(row) for row in await sql("SELECT erase_looks_at($1)", [case_id])] == [(0,)]
    assert len(await sql("SELECT FROM case_view")) == 2 and await sql(_NOTED) == []


async def test_looks_go_with_their_case_and_the_audit_log_says_how_many(world, make_item, sql):
    draft = UUID(await world.draft(make_item("HUZHENG-007")))
    await sql(_LOOK, draft)
    ended, kept = await looked_at(world, make_item()), await looked_at(world, make_item("HUZHENG-008"))
    await sql("UPDATE cases SET closed_at = now() - interval '3 years' WHERE id = $1", ended)
    await world.deliver(AccountErased(account_id=world.citizen.id, erased_at=now()))
    assert {row["case_id"] for row in await sql("SELECT case_id FROM case_view")} == {kept}
    noted = {row["subject"]: row["facts"] for row in await sql(_NOTED)}
    assert noted == {str(draft): {"looks": 1}, str(ended): {"looks": 2}}


async def test_a_service_that_is_told_nothing_leaves_no_look(world, make_item, sql):
    case_id = await world.submitted(make_item())
    as_courier = {"Authorization": f"Bearer {world.tokens.service('courier-svc')}"}
    refused = await world.client.get(
        f"/internal/cases/{case_id}/address?direction=to_applicant", headers=as_courier
    )
    assert refused.status_code == 409
    assert await sql("SELECT FROM case_view") == []
