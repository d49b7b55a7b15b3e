"""Where an erased account is still named: only where the law, or its tombstone, keeps it."""

from chassis.testing.traces import stays, traces_of
from identity_svc.domain.people.retention import FATES

from .test_erasure import asked, elsewhere, runs, session

__all__ = ["elsewhere", "session"]

EVERYTHING = (
    """INSERT INTO saved_address (id, account_id, sealed, is_default, changed_at)
 VALUES (gen_random_uuid(), $1, 'x', true, now())""",
    "INSERT INTO access_log (account_id, viewer, why) VALUES ($1, 'case-svc', 'case')",
    "INSERT INTO assurance (account_id, level, source) VALUES ($1, 2, 'real_name')",
    "INSERT INTO face_check (id, account_id) VALUES (gen_random_uuid(), $1)",
    """WITH link AS (INSERT INTO identity_link (id, account_id, provider, proof)
 VALUES (gen_random_uuid(), $1, 'wechat', 'x') RETURNING id)
 INSERT INTO identity_link_subject (subject_hash, link_id, subject) SELECT 'x', id, 'x' FROM link""",
    """INSERT INTO qr_log_in (id, code_hash, secret_hash, state, client, account_id, session_id, created_at, expires_at)
 SELECT gen_random_uuid(), 'x', 'x', 'scanned', 'x', account_id, id, now(), now() FROM session WHERE account_id = $1""",
    """WITH export AS (INSERT INTO person_export (id, account_id, state, parts, requested_at, expires_at)
 VALUES (gen_random_uuid(), $1, 'ready', '{}', now(), now()) RETURNING id)
 INSERT INTO person_export_entry (export_id, body) SELECT id, 'x' FROM export""",
    "INSERT INTO oidc_subject (department, owner_id, sub) VALUES ('HUZHENG', $1, gen_random_uuid())",
    "INSERT INTO oidc_consent (owner_id, client_id, scopes) VALUES ($1, 'client', '{}')",
    """INSERT INTO oidc_participation (session_id, client_id, sid)
 SELECT id, 'client', gen_random_uuid() FROM session WHERE account_id = $1""",
    """INSERT INTO oidc_grant (id, session_id, client_id, owner_id, scopes, redirect_uri, code_challenge, secret,
 code_expires_at) SELECT gen_random_uuid(), id, 'client', account_id, '{}', 'x', 'x', 'x', now() FROM session
 WHERE account_id = $1""",
)
CLIENT = """INSERT INTO oidc_client (id, department, name, name_en, redirect_uris, post_logout_redirect_uris, scopes,
 serves, minimum_level, secret_hash) VALUES ('client', 'HUZHENG', 'x', 'x', '{}', '{}', '{}', '{}', 0, 'x')"""


async def test_it_is_named_nowhere_but_where_it_is_said_to_stay(identity, elsewhere, session, phone):
    (row,) = await identity.sql("SELECT id, phone_hash FROM account")
    await identity.sql(CLIENT)
    for statement in EVERYTHING:
        await identity.sql(statement, row["id"])
    said = stays(FATES) | {f"{table}.{column}" for table, fate in FATES.items() for column in fate.goes}
    pool = identity.running.service.pool
    before = {trace for trace in await traces_of(pool, row["id"]) if trace != "account.id"}
    assert before <= said and len({trace.partition(".")[0] for trace in before}) > 10
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    assert await traces_of(pool, row["id"]) <= stays(FATES) | {"account.id"}
    hashed = await identity.sql("SELECT FROM sms_code WHERE phone_hash = $1", row["phone_hash"])
    assert hashed == []
