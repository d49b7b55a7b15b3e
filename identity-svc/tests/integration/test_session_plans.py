"""What is asked with every log-in, and each second by every gateway, is found by an index."""

import pytest
from chassis.testing.plans import plan_of
from identity_svc.persistence import places, revocations, sessions

FAMILIAR = "SELECT EXISTS (SELECT FROM session WHERE account_id = $1 AND device_hash = $2)"
_PEOPLE = """
INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object(
  'id', gen_random_uuid(), 'phone_hash', '\\x' || encode(sha256(random()::text::bytea), 'hex')))).*
FROM account a, generate_series(1, 1000)
"""
_SESSIONS = """
INSERT INTO session SELECT (jsonb_populate_record(s, jsonb_build_object(
  'id', uuidv7(), 'account_id', a.id, 'device_hash', '\\x' || encode(sha256(random()::text::bytea), 'hex')))).*
FROM session s, account a, generate_series(1, 5)
"""
_REVOKED = """
INSERT INTO revocation (revoked_id, kind, revoked_at, forget_at, written_in)
SELECT gen_random_uuid(), 'session', now(), now() + interval '10 minutes', number FROM generate_series(1, 5000) number
"""
_PLACES = """
INSERT INTO known_place SELECT sha256(number::text::bytea), gen_random_uuid(), now()
FROM generate_series(1, 5000) number
"""


@pytest.mark.parametrize(
    ("sql", "indexes"),
    [
        (sessions._LIST, ["session_account", "session_officer"]),
        (FAMILIAR, ["session_account_device"]),
        (revocations._SINCE, ["revocation_written_in"]),
        (places._KNOWS, ["known_place_pkey"]),
    ],
)
async def test_the_plan_goes_by_its_index(identity, phone, sql: str, indexes: list[str]):
    await identity.register(phone)
    for filling in (_PEOPLE, _SESSIONS, _REVOKED, _PLACES, "ANALYZE session, revocation, known_place"):
        await identity.sql(filling)
    async with identity.running.uow() as uow:
        plan = await plan_of(await uow.connection(), sql)
    assert "Seq Scan" not in plan and all(index in plan for index in indexes), plan
