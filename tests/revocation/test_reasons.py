"""Whatever ends a session is in force at the gateway within five seconds."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .surroundings import Surroundings, surroundings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("revocation")]

COMPANY = "13800000002"
OFFICER = "XC-HUZHENG-1"
OPERATOR = "OPERATOR-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def around(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Surroundings]:
    async with surroundings(tmp_path_factory.mktemp("reasons")) as there:
        yield there


async def in_use(around: Surroundings, login: str) -> dict:
    session = await around.log_in(login)
    await around.let_in(session)
    return session


async def test_logging_out(around: Surroundings):
    session = await in_use(around, COMPANY)
    await around.ask_identity("DELETE", "/sessions/current", session)
    await around.refused(session, time.monotonic())


async def test_ending_all_others(around: Surroundings):
    mine, one, two = [await in_use(around, COMPANY) for _ in range(3)]
    assert (await around.ask_identity("DELETE", "/me/sessions", mine))["ended"] >= 2
    began = time.monotonic()
    for ended in (one, two):
        await around.refused(ended, began)
    await around.let_in(mine, 0.5)


async def test_changing_the_password(around: Surroundings):
    mine, other = [await in_use(around, COMPANY) for _ in range(2)]
    new = "a better one than before"
    body = {"current_password": around.logins[COMPANY], "new_password": new}
    await around.ask_identity("PUT", "/password", mine, body)
    around.logins[COMPANY] = new
    await around.refused(other, time.monotonic())
    await around.let_in(mine, 0.5)


async def test_a_refresh_token_used_again(around: Surroundings):
    session = await in_use(around, COMPANY)
    assert await around.refresh(session["refresh_token"]) == 200
    await around.forget_grace()
    assert await around.refresh(session["refresh_token"]) == 401
    await around.refused(session, time.monotonic())


async def test_an_officer_is_transferred(around: Surroundings):
    officer, operator = await in_use(around, OFFICER), await in_use(around, OPERATOR)
    me = await around.ask_identity("GET", "/me", officer)
    change = {"version": me["version"], "unit": "BL-HUZHENG"}
    await around.ask_identity("PATCH", f"/officers/{me['officer_id']}", operator, change)
    await around.refused(officer, time.monotonic())
    await around.let_in(operator, 0.5)
