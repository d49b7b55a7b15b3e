"""The end of an account, asked for too often or by two at once."""

import asyncio

from chassis.clock import now
from chassis.testing import bearer
from identity_svc.application.mandates.claim_ward import FOR_GOOD
from identity_svc.domain.people.retention import MANDATES

from .test_erasure import JOB, PATH, asked, elsewhere, holds, runs, session

__all__ = ["elsewhere", "session"]


async def test_whoever_asks_and_cancels_all_day_sends_few_short_messages(identity, elsewhere, session, phone):
    token, answers = session["access_token"], []
    for _ in range(6):
        answers.append(await identity.client.post(PATH, headers=bearer(token)))
        await identity.client.post(f"{PATH}/cancel", headers=bearer(token))
        await identity.sql("DELETE FROM throttle WHERE full_again_at < now() + interval '2 hours'")
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert answers[-1].json()["type"] == "/problems/too-many-attempts"
    await identity.running.run_jobs()
    sent = [message["template"] for message in await identity.sandbox.messages(phone)]
    assert sent.count("erasure_requested") == 5


async def test_of_two_guardians_who_go_at_once_one_stays(
    identity, elsewhere, session, another_phone, monkeypatch
):
    first = (await identity.sql("SELECT id FROM account"))[0]["id"]
    other = (await identity.register(another_phone()))["session"]
    second = (await identity.sql("SELECT id FROM account WHERE id <> $1", first))[0]["id"]
    await identity.register(another_phone())
    ward = (await identity.sql("SELECT id FROM account WHERE id <> ALL($1::uuid[])", [first, second]))[0][
        "id"
    ]
    for guardian in (first, second):
        await holds(identity, "guardian", principal=ward, agent=guardian)
    for one in (session, other):
        await asked(identity, one["access_token"])
    await runs(identity)
    source, asking = elsewhere["case-svc"], []

    async def both_were_asked(account_id):
        """Each waits here until the other's guardianships have been looked at as well."""
        asking.append(account_id)
        async with asyncio.timeout(20):
            while len(asking) < 2:
                await asyncio.sleep(0.01)
        return []

    monkeypatch.setattr(source, "blockers", both_were_asked)
    await identity.sql("UPDATE job SET run_at = now() WHERE kind = $1", JOB)
    await asyncio.gather(identity.running.run_jobs(), identity.running.run_jobs())
    monkeypatch.undo()
    states = sorted(row["state"] for row in await identity.sql("SELECT state FROM erasure"))
    assert states == ["erasing", "stopped"]
    left = await identity.sql("SELECT agent_id FROM mandate WHERE state = 'active'")
    (still,) = await identity.sql("SELECT id FROM account WHERE closed_at IS NULL AND id <> $1", ward)
    assert [row["agent_id"] for row in left] == [still["id"]]


async def test_whoever_took_over_an_account_from_childhood_for_good_sees_what_its_end_would_do(
    identity, elsewhere, session, another_phone
):
    me = (await identity.sql("SELECT id FROM account"))[0]["id"]
    await identity.register(another_phone())
    child = (await identity.sql("SELECT id FROM account WHERE id <> $1", me))[0]["id"]
    await holds(identity, "owner", principal=child, agent=me)
    await identity.sql("UPDATE mandate SET expires_at = $1", FOR_GOOD)
    answer = await identity.client.get(f"{PATH}/preview", headers=bearer(session["access_token"]))
    assert answer.status_code == 200, answer.text
    own = next(part for part in answer.json()["parts"] if part["part"] == "identity-svc")
    kept = [line for line in own["outcomes"] if line["what_en"].startswith("Mandates")]
    until = MANDATES.last_day(now())
    assert [(line["count"], line["until"]) for line in kept] == [(1, until.isoformat())] * 2
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    assert len(await identity.sql("SELECT FROM account WHERE erased_at IS NOT NULL")) == 2
