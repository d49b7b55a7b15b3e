"""The end of an account at departments' systems: whoever was let in hears that it is over, before nobody knows whom."""

import pytest
from chassis.testing import bearer

from .test_log_out import Ear, ear, party

__all__ = ["ear", "party"]
JOB = "identity.erase_account"


@pytest.fixture
async def erasing(identity, browser, party, citizen):
    """Asked for by somebody who is logged in at a department's system."""
    asked = identity.running.service.state.erasure.request._parts
    asked._sources = {name: source for name, source in asked._sources.items() if name == "identity-svc"}
    asked.others = []
    await party.log_in(browser, **citizen)
    token = (await identity.post("/sessions", citizen)).json()["access_token"]
    answer = await identity.client.post("/api/me/erasure", headers=bearer(token))
    assert answer.status_code == 202, answer.text


async def runs(identity, kind=JOB):
    await identity.sql("UPDATE job SET run_at = now() WHERE kind = $1", kind)
    await identity.running.run_jobs()
    return (await identity.sql("SELECT state FROM erasure"))[0]["state"]


async def test_nothing_is_erased_until_every_client_heard_of_the_log_out(identity, ear: Ear, erasing):
    ear.answer = 503
    assert await runs(identity) == "closing"
    assert await runs(identity) == "closing"
    assert ear.heard
    ear.answer = 200
    await runs(identity, "identity.oidc_log_out")
    assert await runs(identity) == "done"


async def test_a_client_that_stays_deaf_does_not_keep_anybody_for_longer_than_a_day(
    identity, ear: Ear, erasing
):
    ear.answer = 503
    assert await runs(identity) == "closing"
    await identity.sql(
        "UPDATE job SET payload = jsonb_build_object('since', extract(epoch FROM now() - interval '25 hours'))"
        " WHERE kind = 'identity.oidc_log_out'"
    )
    await runs(identity, "identity.oidc_log_out")
    assert await runs(identity) == "done"
