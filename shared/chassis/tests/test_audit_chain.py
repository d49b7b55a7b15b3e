"""The audit log as a chain: what a database administrator does to it behind our back is found, and where."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from chassis.audit.anchors import AnchorFile
from chassis.audit.chain import row_hash
from chassis.audit.sealer import AuditSealer, ChainBehindItsAnchor
from chassis.audit.verify import Verdict, verify
from chassis.clock import now
from chassis.db import roles
from chassis.jobs import Job
from chassis.testing import Running
from chassis.testing.databases import owner_url

KEY = b"k" * 32


class Log:
    """A sample service's audit log, its sealer, and its one anchor file."""

    def __init__(self, sample: Running, folder: Path) -> None:
        self.sample = sample
        self.file = AnchorFile(folder, "sample-svc", KEY)
        self.sealer = AuditSealer("sample-svc", self.file, None)

    async def write(self, *subjects: str) -> None:
        for subject in subjects:
            async with self.sample.uow() as uow:
                uow.audit("counter.add", actor="officer:7", subject=subject, facts={"by": 1, "at": "数据"})

    async def seal(self) -> None:
        job = Job(0, "chassis.audit_seal", "recurring", {}, now(), 1, 0)
        await self.sealer.run(job, self.sample.uow)

    async def batches(self, *batches: tuple[str, ...]) -> None:
        for batch in batches:
            await self.write(*batch)
            await self.seal()

    async def tamper(self, *statements: str) -> None:
        async with self.sample.as_owner() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def verified(self) -> Verdict:
        anchors = list(self.file.lines())
        connection = await self.sample.service.pool.acquire()
        try:
            return await verify(connection, anchors)
        finally:
            self.sample.service.pool.release(connection)

    async def found(self) -> list[str]:
        return [finding.en for finding in (await self.verified()).findings]


@pytest.fixture
async def log(sample: Running, tmp_path: Path) -> AsyncIterator[Log]:
    yield Log(sample, tmp_path)


async def test_a_sealed_log_is_intact(log: Log):
    await log.batches(("a", "b"), ("c",))
    await log.write("d")
    verdict = await log.verified()
    assert verdict.findings == []
    assert (verdict.seals, verdict.rows, verdict.waiting) == (2, 3, 1)
    assert (verdict.anchors, verdict.last_anchor) == (2, 2)


async def test_an_empty_log_is_intact(log: Log):
    await log.seal()
    assert await log.found() == []
    assert not log.file.path.exists()


@pytest.mark.parametrize(
    "change",
    [
        "action = 'counter.remove'", "actor = 'officer:8'", "subject = 'z'", "at = at + interval '1 s'",
        """facts = '{"by": 2, "at": "数据"}'""", "trace_id = 'x'",
    ],
)  # fmt: skip
async def test_an_altered_row_is_named(log: Log, change: str):
    await log.batches(("a", "b", "c"), ("d",))
    await log.tamper(f"UPDATE audit_log SET {change} WHERE id = 2")
    (finding,) = await log.found()
    assert finding.startswith("row 2 (seal 1) was altered")


async def test_a_removed_row_is_named(log: Log):
    await log.batches(("a", "b", "c"), ("d",))
    await log.tamper("DELETE FROM audit_log WHERE id = 2")
    assert await log.found() == ["row 2 (seal 1) was removed"]


async def test_a_row_put_in_without_its_place_is_named(log: Log):
    await log.batches(("a",))
    await log.tamper(
        "INSERT INTO audit_log (at, action, actor, subject, facts) VALUES (now(), 'counter.add', 'x', 'y', '{}')"
    )
    assert await log.found() == ["row 2 is in no seal and waits for none"]


@pytest.mark.parametrize("sealed", [False, True])
async def test_a_row_put_in_later_for_an_earlier_time_is_named(log: Log, sealed: bool):
    await log.batches(("a",))
    await log.tamper(
        """WITH row AS (INSERT INTO audit_log (at, action, actor, subject, facts)
 VALUES (now() - interval '1 hour', 'counter.add', 'x', 'y', '{}') RETURNING id)
 INSERT INTO audit_pending SELECT id FROM row"""
    )
    if sealed:
        await log.seal()
    (finding,) = await log.found()
    assert finding.startswith("row 2 claims") and finding.endswith("was put in after a later seal")


async def test_a_row_that_takes_the_id_of_a_removed_one_is_named(log: Log):
    await log.batches(("a", "b"))
    await log.tamper(
        "DELETE FROM audit_log WHERE id = 1",
        "INSERT INTO audit_log OVERRIDING SYSTEM VALUE VALUES (1, now(), 'counter.add', 'x', 'y', '{}')",
    )
    (finding,) = await log.found()
    assert finding.startswith("row 1 (seal 1) was altered")


async def test_a_log_cut_at_its_end_is_found_by_its_anchor(log: Log):
    await log.batches(("a",), ("b",), ("c",))
    await log.tamper("DELETE FROM audit_log WHERE id >= 2", "DELETE FROM audit_seal WHERE number >= 2")
    assert await log.found() == [
        "the log ends at seal 1, anchor sample-svc.jsonl:2 knows seal 2: it was cut off",
        "the log ends at seal 1, anchor sample-svc.jsonl:3 knows seal 3: it was cut off",
    ]


async def test_an_emptied_log_is_found_by_its_anchor(log: Log):
    await log.batches(("a", "b"))
    await log.tamper("TRUNCATE audit_log, audit_seal, audit_pending")
    (finding,) = await log.found()
    assert finding.startswith("the log ends at seal 0")


async def test_rows_and_the_seal_in_the_middle_removed_are_found(log: Log):
    await log.batches(("a",), ("b",), ("c",))
    await log.tamper("DELETE FROM audit_log WHERE id = 2", "DELETE FROM audit_seal WHERE number = 2")
    found = await log.found()
    assert "seals 2 to 2 were removed" in found
    assert any("sample-svc.jsonl:2" in finding for finding in found)


async def test_a_chain_made_anew_over_altered_rows_is_found_by_its_anchor(log: Log):
    await log.batches(("a",), ("b",))
    await log.tamper(
        "UPDATE audit_log SET subject = 'z' WHERE id = 1",
        "TRUNCATE audit_seal",
        "INSERT INTO audit_pending VALUES (1), (2)",
    )
    forger = AuditSealer("sample-svc", None, None)
    await forger.run(Job(0, "k", "k", {}, now(), 1, 0), log.sample.uow)
    found = await log.found()
    assert found and all("the chain was rewritten" in finding or "cut off" in finding for finding in found)


async def test_an_altered_seal_is_named(log: Log):
    await log.batches(("a",), ("b",))
    row = await log.sample.service.pool.fetchrow("SELECT * FROM audit_log WHERE id = 1")
    await log.tamper("UPDATE audit_log SET subject = 'z' WHERE id = 1")
    altered = row_hash({**row, "subject": "z"})
    async with log.sample.as_owner() as connection:
        await connection.execute("UPDATE audit_seal SET row_hashes = $1 WHERE number = 1", [altered])
    assert await log.found() == ["seal 1 was altered"]


async def test_a_waiting_row_that_vanished_is_named(log: Log):
    await log.write("a", "b")
    await log.tamper("DELETE FROM audit_log WHERE id = 1")
    assert await log.found() == ["row 1, which waits for its seal, was removed"]


async def test_anchors_that_others_wrote_are_named(log: Log):
    await log.batches(("a",))
    AnchorFile(log.file.path.parent, "sample-svc", b"x" * 32).append(log.file.newest())
    with log.file.path.open("ab") as file:
        file.write(b"{nonsense\n")
    assert await log.found() == [
        "anchor sample-svc.jsonl:2 was not written by this service",
        "anchor sample-svc.jsonl:3 was not written by this service",
    ]


async def test_a_torn_line_does_not_spoil_the_next(log: Log):
    await log.batches(("a",))
    with log.file.path.open("ab") as file:
        file.write(b'{"service": "sample')
    await log.batches(("b",))
    assert log.file.newest().number == 2
    assert [anchored.head is not None for anchored in log.file.lines()] == [True, False, True]


async def test_what_was_sealed_before_a_kill_is_anchored_after_it(log: Log, monkeypatch: pytest.MonkeyPatch):
    await log.write("a")
    with monkeypatch.context() as killed:
        killed.setattr(AnchorFile, "append", lambda self, head: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            await log.seal()
    assert log.file.newest() is None
    await log.seal()
    assert log.file.newest().number == 1
    assert await log.found() == []


async def test_nothing_is_sealed_on_top_of_a_log_that_was_cut(log: Log):
    await log.batches(("a",), ("b",))
    await log.tamper("DELETE FROM audit_seal WHERE number = 2")
    await log.write("c")
    with pytest.raises(ChainBehindItsAnchor):
        await log.seal()


async def test_rows_that_commit_out_of_order_are_all_sealed(log: Log):
    """Ids are given before the commit: the later id is sealed first, the earlier one in its own time."""
    async with log.sample.uow() as slow:
        slow.audit("counter.add", actor="x", subject="slow")
        await slow.flush()
        await log.write("quick")
        await log.seal()
    await log.seal()
    seals = await log.sample.service.pool.fetch("SELECT row_ids FROM audit_seal ORDER BY number")
    assert [row["row_ids"] for row in seals] == [[2], [1]]
    assert await log.found() == []


async def test_several_sealers_make_one_chain(log: Log, tmp_path: Path):
    others = [
        AuditSealer("sample-svc", AnchorFile(tmp_path / str(n), "sample-svc", KEY), None) for n in range(3)
    ]
    job = Job(0, "k", "k", {}, now(), 1, 0)
    runs: list[Callable[[], Awaitable[None]]] = [lambda s=s: s.run(job, log.sample.uow) for s in others]
    for _ in range(5):
        await log.write(*"abcdefg")
        await asyncio.gather(*(run() for run in runs), log.seal())
    verdict = await log.verified()
    assert verdict.findings == [] and verdict.rows == 35 and verdict.waiting == 0


async def test_more_than_a_batch_is_sealed_in_one_go(log: Log):
    async with log.sample.uow() as uow:
        for number in range(2_100):
            uow.audit("counter.add", actor="x", subject=str(number))
    await log.seal()
    verdict = await log.verified()
    assert (verdict.seals, verdict.rows, verdict.findings) == (3, 2_100, [])


async def test_the_walk_sees_one_moment(log: Log):
    """Rows and seals that come while it walks are not mistaken for tampering."""
    await log.batches(("a",))
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await log.batches(("x",))

    writing = asyncio.create_task(go_on())
    for _ in range(10):
        assert await log.found() == []
    stop.set()
    await writing


async def test_who_serves_can_only_append(database: str, sample: Running):
    async with sample.uow() as uow:
        connection = await uow.connection()
        assert await roles.changeable_by_us(connection) == []
        await connection.execute("INSERT INTO counter VALUES ('a', 1, 1)")
        await connection.execute("UPDATE counter SET value = 2")
        await connection.execute(
            "INSERT INTO audit_log (at, action, actor, subject, facts) VALUES (now(), 'a.b', 'x', 'y', '{}')"
        )
    for forbidden in (
        "UPDATE audit_log SET actor = 'z'", "DELETE FROM audit_log", "TRUNCATE audit_log",
        "DROP TABLE audit_log", "ALTER TABLE audit_log DISABLE TRIGGER ALL", "UPDATE audit_seal SET number = 9",
        "DELETE FROM audit_seal", "DELETE FROM audit_witness", "UPDATE alembic_version SET version_num = '9'",
        "TRUNCATE counter", "CREATE TABLE mine (id int)", "CREATE TEMP TABLE mine (id int)",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sample.service.pool.execute(forbidden)


async def test_what_who_serves_may_not_do_is_taken_back_at_a_start(database: str, sample: Running):
    async with sample.as_owner() as owner:
        await owner.execute(f"GRANT UPDATE ON audit_log TO {roles.user_of(database)}")
        await owner.execute("CREATE TABLE later (id int GENERATED ALWAYS AS IDENTITY)")
    await roles.grant_serving(owner_url(database), database)
    await roles.grant_serving(owner_url(database), database)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sample.service.pool.execute("UPDATE audit_log SET actor = 'z'")
    await sample.service.pool.execute("INSERT INTO later DEFAULT VALUES")


async def test_a_table_that_says_it_is_append_only_is_and_only_its_owners_function_takes_rows(
    database: str, sample: Running
):
    async with sample.as_owner() as owner:
        await owner.execute(
            """CREATE TABLE looks (id int); COMMENT ON TABLE looks IS 'append-only for who serves';
CREATE FUNCTION take_looks() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM public.looks WHERE id > 1';
REVOKE ALL ON FUNCTION take_looks FROM PUBLIC"""
        )
    await roles.grant_serving(owner_url(database), database)
    pool = sample.service.pool
    await pool.execute("INSERT INTO looks VALUES (1), (2)")
    for forbidden in ("UPDATE looks SET id = 3", "DELETE FROM looks", "TRUNCATE looks"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(forbidden)
    await pool.execute("SELECT take_looks()")
    assert [row["id"] for row in await pool.fetch("SELECT id FROM looks")] == [1]
