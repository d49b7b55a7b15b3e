"""What its time has passed is removed; what a resend or a retry may need stays."""

import pytest
from chassis.db.housekeeping import KIND, _delete
from chassis.testing import Running, plan_of

OUTBOX = """INSERT INTO outbox (event_id, topic, key, version, type, occurred_at, payload, sent_at)
 SELECT gen_random_uuid(), 't', key, 1, 'e', now() - age, '', sent
 FROM (VALUES ('old', interval '31 days', now() - interval '31 days'), ('young', '29 days', now() - interval '29 days'),
  ('unsent', '31 days', NULL)) AS row (key, age, sent)"""
INBOX = """INSERT INTO inbox (consumer, event_id, type, occurred_at, applied_at)
 SELECT 'c', gen_random_uuid(), name, now() - age, now() - age
 FROM (VALUES ('old', interval '38 days'), ('young', '36 days')) AS row (name, age)"""
ANSWERS = """INSERT INTO idempotency_key (scope, body_hash, status, headers, body, created_at)
 SELECT name::bytea, '', 200, '{}', '', now() - age
 FROM (VALUES ('old', interval '25 hours'), ('young', '23 hours')) AS row (name, age)"""


@pytest.fixture
async def kept(sample: Running) -> Running:
    async with sample.uow() as uow:
        for statement in (OUTBOX, INBOX, ANSWERS):
            await uow.execute(statement)
        uow.enqueue(KIND, "")
    await sample.run_jobs()
    return sample


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ("SELECT key FROM outbox WHERE topic = 't' ORDER BY key", ["unsent", "young"]),
        ("SELECT type FROM inbox WHERE consumer = 'c'", ["young"]),
        ("SELECT convert_from(scope, 'UTF8') FROM idempotency_key", ["young"]),
    ],
)
async def test_what_is_old_is_removed_and_the_rest_stays(kept: Running, rows: str, left: list[str]):
    assert [row[0] for row in await kept.service.pool.fetch(rows)] == left


async def test_what_is_old_is_found_without_reading_what_is_young(sample: Running):
    async with sample.uow() as uow:
        connection = await uow.connection()
        await connection.execute(
            "INSERT INTO inbox (consumer, event_id, type, occurred_at, applied_at) SELECT 'c', gen_random_uuid(), 'e',"
            " now(), now() - n * interval '40 s' FROM generate_series(1, 60000) AS n"
        )
        await connection.execute("ANALYZE inbox")
        plan = await plan_of(connection, _delete("inbox", "ctid", "applied_at"))
    assert "inbox_applied_at" in plan and "Seq Scan" not in plan, plan
