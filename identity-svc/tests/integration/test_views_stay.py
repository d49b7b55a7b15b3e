"""Who viewed somebody's data stays known to them for as long as the account is theirs."""

from uuid import UUID

import asyncpg
import pytest
from chassis.audit.sealer import AuditSealer
from chassis.audit.verify import Verdict, verify
from chassis.clock import now
from chassis.db import roles
from chassis.jobs import Job
from chassis.testing.databases import owner_url

_LOOK = "INSERT INTO access_log (account_id, viewer, why) VALUES ($1, 'case-svc', 'case')"
_VIEWS = "SELECT viewer FROM access_log WHERE account_id = $1"


@pytest.fixture
async def viewed(identity, phone) -> UUID:
    """An account that was looked at twice."""
    account_id = UUID((await identity.register(phone))["account"]["account_id"])
    for _ in range(2):
        await identity.sql(_LOOK, account_id)
    return account_id


async def noted(identity) -> list[tuple[str, dict[str, int]]]:
    rows = await identity.sql(
        "SELECT subject, facts FROM audit_log JOIN audit_pending USING (id) WHERE action = 'person.erase_views'"
    )
    return [(row["subject"], row["facts"]) for row in rows]


async def sealed(identity) -> Verdict:
    """What the walk sees once all that waits is in the chain."""
    job = Job(0, "chassis.audit_seal", "recurring", {}, now(), 1, 0)
    await AuditSealer("identity-svc", None, None).run(job, identity.running.uow)
    connection = await identity.running.service.pool.acquire()
    try:
        return await verify(connection, [])
    finally:
        identity.running.service.pool.release(connection)


async def test_who_serves_can_neither_change_nor_remove_a_view(identity, viewed):
    for forbidden in (
        "UPDATE access_log SET viewer = 'nobody'", "UPDATE access_log SET account_id = gen_random_uuid()",
        "DELETE FROM access_log", "TRUNCATE access_log", "COMMENT ON TABLE access_log IS NULL",
        "CREATE OR REPLACE FUNCTION erase_views_of(gone uuid) RETURNS bigint LANGUAGE sql AS 'SELECT 0'",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await identity.sql(forbidden)
    assert len(await identity.sql(_VIEWS, viewed)) == 2


async def test_the_views_of_somebody_who_is_there_cannot_be_erased(identity, viewed):
    await identity.sql("UPDATE account SET closed_at = now()")
    assert [tuple(row) for row in await identity.sql("SELECT erase_views_of($1)", viewed)] == [(0,)]
    assert len(await identity.sql(_VIEWS, viewed)) == 2
    assert await noted(identity) == []


async def test_those_of_an_erased_account_go_and_the_audit_log_says_how_many(identity, viewed):
    for erased in (2, 0):
        async with identity.running.uow() as uow:
            _, outcomes = await identity.running.service.state.erasure.erasures.erase(uow, viewed)
        counts = {line.what: line.count for line in outcomes}
        assert counts.get("查看记录", 0) == erased
    assert await identity.sql(_VIEWS, viewed) == []
    assert await noted(identity) == [(str(viewed), {"views": 2})]
    verdict = await sealed(identity)
    assert verdict.findings == [] and verdict.waiting == 0 and verdict.rows > 0


async def test_what_was_granted_by_mistake_is_named_and_taken_back_at_a_start(identity, viewed):
    database = identity.running.service.settings.database_url.get_secret_value()
    async with identity.running.as_owner() as owner:
        await owner.execute(f"GRANT UPDATE (viewer), DELETE ON access_log TO {roles.user_of(database)}")
    async with identity.running.uow() as uow:
        assert await roles.changeable_by_us(await uow.connection()) == ["access_log"]
    await roles.grant_serving(owner_url(database), database)
    for forbidden in ("DELETE FROM access_log", "UPDATE access_log SET viewer = 'nobody'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await identity.sql(forbidden)
