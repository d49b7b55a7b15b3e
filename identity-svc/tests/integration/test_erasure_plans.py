"""What an erasure asks by whose it is, is found by an index, also where accounts are many millions."""

from chassis.testing.plans import unindexed
from identity_svc.persistence.people import erase_own, erasures

STATEMENTS = (
    *(sql for _, _, sql in erase_own._ERASED),
    erase_own._AGENT,
    erase_own._CODES,
    erase_own._DEPENDENTS,
    erase_own._TOMBSTONE,
    erase_own._KEPT,
    erasures._TAKEN_OVER,
    erasures._MANDATES,
    erasures._HOLD_WARDS,
    erasures._TELLING,
)
DEPARTMENTS = "SELECT code FROM department"
"""Ten of them, read whole."""


_PEOPLE = """INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object(
  'id', gen_random_uuid(), 'phone_hash', '\\x' || encode(sha256(random()::text::bytea), 'hex')))).*
 FROM account a, generate_series(1, 1000)"""
_SESSIONS = """INSERT INTO session SELECT (jsonb_populate_record(s, jsonb_build_object(
  'id', uuidv7(), 'account_id', a.id))).* FROM session s, account a, generate_series(1, 5)"""
_MANDATES = """INSERT INTO mandate (id, kind, state, principal_id, agent_id, offered_by, offered_at, expires_at)
 SELECT gen_random_uuid(), k.kind, 'active', id, lag(id, 3) OVER (), id, now(), now() + interval '9 days'
 FROM account, unnest(ARRAY['proxy', 'guardian', 'agent']) AS k (kind) OFFSET 3"""


async def test_whatever_an_account_has_is_found_by_an_index(identity, phone):
    await identity.register(phone)
    for filling in (_PEOPLE, _SESSIONS, _MANDATES, "ANALYZE"):
        await identity.sql(filling)
    async with identity.running.uow() as uow:
        connection = await uow.connection()
        for sql in STATEMENTS:
            plan = await unindexed(connection, sql.replace(DEPARTMENTS, "SELECT NULL::text"))
            assert plan is None, f"{sql}\n{plan}"
