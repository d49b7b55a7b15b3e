"""Audit rows stand or fall with the commit they tell of, and cost nothing where there are none."""

import pytest
from chassis.db import Statement
from chassis.testing import Running
from sample.service import CounterRaised

ADD = Statement("INSERT INTO counter VALUES ($1, $2, 1)")


async def logged(sample: Running) -> list[tuple[str, str, str, dict]]:
    rows = await sample.service.pool.fetch("SELECT action, actor, subject, facts FROM audit_log ORDER BY id")
    return [tuple(row) for row in rows]


async def test_an_audit_row_is_written_by_the_statement_that_commits(sample: Running, said: list[str]):
    async with sample.uow() as uow:
        said.clear()
        uow.write(ADD, "a", 1)
        uow.emit(CounterRaised(name="a", value=1), version=1)
        uow.audit("counter.add", actor="officer:7", subject="a", facts={"by": 1})
    assert said == ["WITH"]
    assert await logged(sample) == [("counter.add", "officer:7", "a", {"by": 1})]
    rows = await sample.service.pool.fetch(
        "SELECT xmin::text FROM counter UNION SELECT xmin::text FROM audit_log"
        " UNION SELECT xmin::text FROM audit_pending UNION SELECT xmin::text FROM outbox"
    )
    assert len(rows) == 1


async def test_an_audit_row_alone_is_one_statement(sample: Running, said: list[str]):
    async with sample.uow() as uow:
        said.clear()
        uow.audit("counter.look", actor="officer:7", subject="a")
    assert said == ["WITH"]
    assert await logged(sample) == [("counter.look", "officer:7", "a", {})]


async def test_all_rows_of_one_commit_wait_for_their_seal_in_order(sample: Running):
    async with sample.uow() as uow:
        for number in range(3):
            uow.audit("counter.add", actor="officer:7", subject=f"c{number}")
    assert [subject for _, _, subject, _ in await logged(sample)] == ["c0", "c1", "c2"]
    pending = await sample.service.pool.fetch("SELECT id FROM audit_pending ORDER BY id")
    present = await sample.service.pool.fetch("SELECT id FROM audit_log ORDER BY id")
    assert pending == present and len(present) == 3


async def test_what_is_undone_is_not_audited(sample: Running):
    with pytest.raises(ZeroDivisionError):
        async with sample.uow() as uow:
            uow.audit("counter.add", actor="officer:7", subject="a")
            raise ZeroDivisionError
    assert await logged(sample) == []


async def test_a_commit_without_audit_is_the_statement_it_was(sample: Running):
    pool = sample.service.pool
    async with sample.uow() as uow:
        uow.write(ADD, "a", 1)
    assert await pool.fetchval("SELECT count(*) FROM audit_log") == 0


@pytest.mark.parametrize(
    ("action", "actor", "subject"),
    [("add", "x", "y"), ("Counter.Add", "x", "y"), ("a.b", "", "y"), ("a.b", "x", "")],
)
async def test_a_row_that_says_too_little_is_refused(sample: Running, action: str, actor: str, subject: str):
    async with sample.uow() as uow:
        with pytest.raises(ValueError, match="audit row"):
            uow.audit(action, actor=actor, subject=subject)
