"""The stack as fault tests use it, and what it keeps."""

import stat
from urllib.parse import urlsplit

import asyncpg
import pytest
from embedded import EmbeddedStack, ports
from embedded.services import database_of

SERVICES = ("case-svc", "payment-svc")


@pytest.fixture
def stack_of(data, monkeypatch):
    """A stack with the databases of two services, whose programs do not run."""
    from embedded import secret_store

    def make() -> EmbeddedStack:
        return EmbeddedStack(data, services=())

    original = secret_store.load_or_generate
    monkeypatch.setattr(
        secret_store, "load_or_generate", lambda path, names, **rest: original(path, list(SERVICES), **rest)
    )
    return make


async def test_killed_stores_come_back_on_their_ports_with_their_data(stack_of):
    stack = stack_of()
    await stack.start()
    try:
        url = stack.owner_url("case-svc")
        await _execute(url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        for name in stack.parts:
            stack.kill(name)
            assert not stack.processes[name].running
            await stack.restart(name)
        assert await _value(url, "SELECT id FROM kept") == 7
    finally:
        await stack.stop()


async def test_a_second_start_keeps_data_and_ports(stack_of):
    first = stack_of()
    await first.start()
    url = first.owner_url("payment-svc")
    await _execute(url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (8)")
    await first.stop()
    second = stack_of()
    await second.start()
    try:
        assert second.owner_url("payment-svc") == url
        assert await _value(url, "SELECT id FROM kept") == 8
    finally:
        await second.stop()


async def test_a_service_opens_only_its_own_database(stack_of):
    stack = stack_of()
    await stack.start()
    try:
        own = stack.database_url("payment-svc")
        foreign = urlsplit(own)._replace(path=f"/{database_of('case-svc')}").geturl()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(foreign)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(own.replace("payment_svc:", "payment_svc:x"))
    finally:
        await stack.stop()


async def test_who_serves_owns_nothing(stack_of):
    stack = stack_of()
    await stack.start()
    try:
        await _execute(stack.owner_url("case-svc"), "CREATE TABLE kept (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _execute(stack.database_url("case-svc"), "CREATE TABLE mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _execute(stack.database_url("case-svc"), "DROP TABLE kept")
    finally:
        await stack.stop()


async def test_a_database_that_its_service_owned_is_handed_over(stack_of):
    first = stack_of()
    await first.start()
    postgres = first.around.postgres
    await postgres._psql(
        "ALTER DATABASE case_svc OWNER TO case_svc; REASSIGN OWNED BY case_svc_owner TO case_svc;"
        " DROP OWNED BY case_svc_owner; DROP ROLE case_svc_owner"
    )
    await _execute(first.database_url("case-svc"), "CREATE TABLE kept (id int); INSERT INTO kept VALUES (9)")
    await first.stop()
    second = stack_of()
    await second.start()
    try:
        assert await _value(second.owner_url("case-svc"), "SELECT id FROM kept") == 9
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _execute(second.database_url("case-svc"), "DROP TABLE kept")
    finally:
        await second.stop()


async def test_commits_are_durable_and_chinese_is_indexed(stack_of):
    stack = stack_of()
    await stack.start()
    try:
        url = stack.owner_url("case-svc")
        assert await _value(url, "SHOW synchronous_commit") == "on"
        assert await _value(url, "SHOW fsync") == "on"
        await _execute(url, "CREATE EXTENSION pg_trgm")
        assert len(await _value(url, "SELECT show_trgm('身份证')")) > 0
    finally:
        await stack.stop()


async def test_what_is_secret_is_closed(stack_of, data):
    stack = stack_of()
    await stack.start()
    await stack.stop()
    for folder in ("secrets", "logs", "run", "files", "postgres"):
        assert stat.S_IMODE((data / folder).stat().st_mode) == 0o700, folder
    secrets = stack.around.secrets
    assert len({own.service_secret for own in secrets.services.values()}) == len(SERVICES)
    assert len({own.data_keys for own in secrets.services.values()}) == len(SERVICES)


def test_ports_lie_outside_the_range_of_outgoing_connections():
    low, high = ports._outgoing_range()
    chosen = ports.choose([f"part{n}" for n in range(20)], {})
    assert len(set(chosen.values())) == 20
    assert not any(low <= port <= high for port in chosen.values())


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _value(url: str, sql: str):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
