"""Mandates: offered, answered, ended, and acted by."""

import asyncio
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer
from contracts.identity import AccessRevoked
from contracts.tokens import Role
from identity_svc.domain.demo import COMPANY


@pytest.fixture
async def giver(join):
    return await join("王小明")


@pytest.fixture
async def agent(join):
    return await join("赵敏")


@pytest.fixture
async def offered(giver, agent):
    answer = await giver.offers(agent.phone, "赵敏", items=["HUZHENG-001"], departments=["JIAOJING"])
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def active(agent, offered):
    answer = await agent.does("accept", offered["id"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def type_of(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def test_an_accepted_mandate_gives_a_token_for_the_principal_that_names_the_actor(
    identity, giver, agent, active
):
    acting = await agent.acting(active["id"])
    assert acting.sub == giver.id and acting.roles == (Role.CITIZEN,) and acting.ial == 2
    assert str(acting.act.sub) == agent.id and str(acting.act.mandate) == active["id"]
    assert (acting.act.items, acting.act.departments) == (("HUZHENG-001",), ("JIAOJING",))
    own = await agent.claims(agent.token)
    assert (acting.sid, acting.amr, acting.auth_time) == (own.sid, own.amr, own.auth_time)


async def test_both_are_told_at_every_change(identity, giver, agent, active):
    assert await giver.told() == ["mandate_active_by_you", "mandate_offered_by_you"]
    assert await agent.told() == [
        "mandate_active_to_you"
    ]  # the offer was answered before its notice went out
    assert (await agent.does("revoke", active["id"])).status_code == 200
    assert (await giver.told())[0] == "mandate_revoked_by_you"
    assert (await agent.told())[0] == "mandate_revoked_to_you"
    await identity.running.run_jobs()
    assert (await identity.sandbox.messages(agent.phone))[0]["template"] == "register_code"
    assert (await identity.sandbox.messages(giver.phone))[0]["template"] == "mandate_accepted"


async def test_an_offer_is_sent_to_its_phone_and_answered_alike_without_an_account(
    identity, giver, agent, another_phone
):
    nobody = another_phone()
    known, unknown = await giver.offers(agent.phone, "赵敏"), await giver.offers(nobody, "赵敏")
    varying = {"id", "offered_at", "offer_ends_at"}
    assert known.status_code == unknown.status_code == 201
    assert {k: v for k, v in known.json().items() if k not in varying} == {
        k: v for k, v in unknown.json().items() if k not in varying
    }
    await identity.running.run_jobs()
    assert [message["template"] for message in await identity.sandbox.messages(nobody)] == ["mandate_offered"]


async def test_an_offer_is_told_to_the_holder_of_its_phone_once(identity, agent, offered):
    await identity.running.run_jobs()
    assert await agent.told() == ["mandate_offered_to_you"]
    assert (await identity.sandbox.messages(agent.phone))[0]["template"] == "mandate_offered"


async def test_an_offer_waits_until_its_phone_registers_and_its_holder_is_known(
    giver, newcomer, another_phone, another_id_number
):
    phone = another_phone()
    offered = (await giver.offers(phone, "赵敏")).json()
    holder = await newcomer(phone)
    assert [one["id"] for one in await holder.mandates(side="agent")] == [offered["id"]]
    assert type_of(await holder.does("accept", offered["id"])) == (403, "real-name-first")
    await holder.verified("赵敏", another_id_number())
    assert (await holder.does("accept", offered["id"])).json()["state"] == "active"


async def test_whoever_holds_the_phone_under_another_name_cannot_accept(giver, join):
    stranger = await join("李小红")
    offered = (await giver.offers(stranger.phone, "赵敏")).json()
    assert type_of(await stranger.does("accept", offered["id"])) == (403, "name-differs")
    assert (await stranger.does("decline", offered["id"])).json()["state"] == "declined"
    assert (await giver.told())[0] == "mandate_declined_by_you"


async def test_nobody_else_sees_or_answers_a_mandate(join, giver, agent, offered):
    stranger = await join("李小红")
    assert await stranger.mandates() == []
    for what in ("accept", "decline", "revoke"):
        assert type_of(await stranger.does(what, offered["id"])) == (404, "no-such-mandate")
    assert (await stranger.identity.get(f"/mandates/{offered['id']}", stranger.token)).status_code == 404
    assert type_of(await giver.does("accept", offered["id"])) == (404, "no-such-mandate")
    assert type_of(await agent.acts(offered["id"])) == (404, "no-such-mandate")


async def test_lists_say_what_one_gave_and_got(giver, agent, active):
    (given,), (got,) = await giver.mandates(side="principal"), await agent.mandates(side="agent")
    assert given == got and given["principal"]["name"] == "王**" and given["agent"]["name"] == "赵*"
    assert await giver.mandates(side="agent") == await agent.mandates(side="principal") == []
    assert await giver.mandates(state="active") == [given] and await giver.mandates(state="revoked") == []


@pytest.mark.parametrize("who", ["giver", "agent"])
async def test_either_side_revokes_at_once_and_the_gateway_is_told(identity, giver, agent, active, who):
    revoked = await {"giver": giver, "agent": agent}[who].does("revoke", active["id"])
    assert revoked.json()["state"] == "revoked"
    event = [one for one in await identity.running.emitted() if isinstance(one, AccessRevoked)][-1]
    assert (str(event.revoked_id), event.kind) == (active["id"], "mandate")
    assert type_of(await agent.acts(active["id"])) == (403, "mandate-over")
    assert type_of(await giver.does("revoke", active["id"])) == (409, "mandate-settled")


async def test_a_change_is_guarded_by_the_version_that_was_seen(identity, giver, agent, offered):
    assert type_of(await agent.does("accept", offered["id"], version=7)) == (412, "mandate-changed")
    accepted = await agent.does("accept", offered["id"], version=1)
    assert accepted.headers["ETag"] == '"2"'
    shown = await identity.get(f"/mandates/{offered['id']}", giver.token)
    assert shown.headers["ETag"] == '"2"'
    assert type_of(await giver.does("revoke", offered["id"], version=1)) == (412, "mandate-changed")
    assert (await giver.does("revoke", offered["id"], version=2)).status_code == 200


async def test_of_two_acceptances_at_once_one_counts(identity, giver, agent, offered):
    answers = await asyncio.gather(*(agent.does("accept", offered["id"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await giver.told()).count("mandate_active_by_you") == 1


async def test_acceptance_and_revocation_at_once_leave_nothing_active(identity, giver, agent, offered):
    accepted, revoked = await asyncio.gather(
        agent.does("accept", offered["id"]), giver.does("revoke", offered["id"])
    )
    assert revoked.status_code == 200 and accepted.status_code in (200, 409)
    assert type_of(await agent.acts(offered["id"]))[0] in (403, 404)
    events = [one for one in await identity.running.emitted() if isinstance(one, AccessRevoked)]
    assert len(events) == (1 if accepted.status_code == 200 else 0)


async def test_a_token_never_outlives_its_mandate(identity, agent, active):
    await identity.sql("UPDATE mandate SET expires_at = now() + interval '30 seconds'")
    answer = await agent.acts(active["id"])
    assert answer.json()["expires_in"] <= 30
    acting = await agent.claims(answer.json()["access_token"])
    assert acting.exp - acting.iat <= 30


async def test_a_mandate_ends_with_its_time_even_before_the_job_says_so(identity, giver, agent, active):
    await identity.sql("UPDATE mandate SET expires_at = now() - interval '1 second'")
    assert type_of(await agent.acts(active["id"])) == (403, "mandate-over")
    async with identity.running.uow() as uow:
        uow.enqueue("identity.expire_mandate", active["id"])
    await identity.running.run_jobs()
    assert [one["state"] for one in await giver.mandates()] == ["expired"]
    assert (await giver.told())[0] == "mandate_expired_by_you"
    assert (await agent.told())[0] == "mandate_expired_to_you"


async def test_an_offer_nobody_answered_ends_and_cannot_be_accepted_late(identity, giver, agent, offered):
    await identity.sql("UPDATE mandate SET offer_ends_at = now() - interval '1 second'")
    assert type_of(await agent.does("accept", offered["id"])) == (409, "mandate-settled")
    async with identity.running.uow() as uow:
        uow.enqueue("identity.expire_mandate", offered["id"])
    await identity.running.run_jobs()
    (row,) = await identity.sql("SELECT state, offer FROM mandate")
    assert (row["state"], row["offer"]) == ("expired", None)


async def test_the_job_of_an_offer_waits_on_for_the_mandate_it_became(identity, active):
    async with identity.running.uow() as uow:
        uow.enqueue("identity.expire_mandate", active["id"])
    await identity.running.run_jobs()
    (row,) = await identity.sql("SELECT state FROM mandate")
    (job,) = await identity.sql("SELECT run_at FROM job WHERE kind = 'identity.expire_mandate'")
    assert row["state"] == "active" and job["run_at"].isoformat()[:4] in active["expires_at"]


async def test_an_ended_session_gives_no_acting_token(identity, agent, active):
    left = await identity.client.delete("/api/identity/sessions/current", headers=bearer(agent.token))
    assert left.status_code == 204
    assert type_of(await agent.acts(active["id"])) == (401, "session-ended")


async def test_an_acting_token_opens_nothing_of_identity(identity, agent, active, subtests):
    token = (await agent.acts(active["id"])).json()["access_token"]
    doors = [
        ("GET", "/me"), ("GET", "/me/messages"), ("GET", "/me/assurance"), ("GET", "/me/sessions"),
        ("GET", "/me/views"), ("PUT", "/password"), ("POST", "/real-name"), ("GET", "/mandates"),
        ("POST", "/mandates"), ("POST", f"/mandates/{active['id']}/revoke"), ("POST", "/wards"),
        ("POST", "/acting"), ("DELETE", "/sessions/current"), ("DELETE", "/me/sessions"),
    ]  # fmt: skip
    for method, path in doors:
        with subtests.test(f"{method} {path}"):
            answer = await identity.client.request(
                method, f"/api/identity{path}", headers=bearer(token), json={} if method != "GET" else None
            )
            assert type_of(answer) == (403, "only-in-person")


async def test_only_who_is_known_gives_a_mandate(join, agent):
    unknown = await join()
    assert type_of(await unknown.offers(agent.phone, "赵敏")) == (403, "real-name-first")


async def test_nobody_gives_one_to_themselves_or_twice(giver, agent, offered):
    assert type_of(await giver.offers(giver.phone, "王小明")) == (422, "not-for-oneself")
    assert type_of(await giver.offers(agent.phone, "赵敏")) == (409, "offer-pending")


async def test_offers_are_few_to_one_phone(identity, giver, join, another_phone):
    phone, statuses = another_phone(), []
    for _ in range(6):
        answer = await giver.offers(phone, "赵敏")
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            await giver.does("revoke", answer.json()["id"])
    assert statuses == [201] * 5 + [429]


@pytest.mark.parametrize("until", ["2020-01-01", "2199-01-01"])
async def test_a_mandate_ends_neither_yesterday_nor_in_the_far_future(giver, agent, until):
    answer = await giver.offers(agent.phone, "赵敏", until=until)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "/until")


async def test_what_an_offer_says_of_its_receiver_is_sealed_and_forgotten(identity, giver, agent, offered):
    for table in ("mandate", "outbox", "job", "message", "audit_log", "throttle"):
        for row in await identity.sql(f"SELECT * FROM {table}"):
            assert agent.phone not in str(dict(row)) and "赵敏" not in str(dict(row)), table
    await agent.does("accept", offered["id"])
    (row,) = await identity.sql("SELECT offer FROM mandate")
    assert row["offer"] is None


# -- companies -----------------------------------------------------------------------------------------------


@pytest.fixture
async def company(join):
    fields = {"kind": "enterprise", "uscc": COMPANY.uscc, "company_name": COMPANY.name}
    return await join(**fields)


async def test_a_company_appoints_agents_once_its_representative_is_known(
    identity, company, agent, another_id_number
):
    assert type_of(await company.offers(agent.phone, "赵敏")) == (403, "real-name-first")
    await company.verified("李建国", another_id_number())
    offered = (await company.offers(agent.phone, "赵敏")).json()
    assert offered["kind"] == "agent"
    await agent.does("accept", offered["id"])
    (mine,) = await agent.mandates(side="agent")
    assert (mine["principal"]["name"], mine["principal"]["uscc"]) == (COMPANY.name, COMPANY.uscc)
    acting = await agent.acting(offered["id"])
    assert acting.roles == (Role.COMPANY,) and acting.sub == company.id
    assert (await company.does("revoke", offered["id"])).json()["state"] == "revoked"


async def test_an_agent_with_that_right_appoints_within_their_own_and_dismisses_again(
    company, agent, join, another_id_number
):
    await company.verified("李建国", another_id_number())
    head = (await company.offers(agent.phone, "赵敏", departments=["JIAOJING"], may_appoint=True)).json()
    third = await join("孙立")
    within = {"principal_id": company.id, "items": ["JIAOJING-001"]}
    assert type_of(await agent.offers(third.phone, "孙立", **within)) == (403, "beyond-own-mandate")
    await agent.does("accept", head["id"])
    for beyond in (
        {"principal_id": company.id},
        {**within, "items": ["HUZHENG-001"]},
        {**within, "may_appoint": True},
        {**within, "principal_id": str(uuid4())},
    ):
        assert type_of(await agent.offers(third.phone, "孙立", **beyond)) == (403, "beyond-own-mandate")
    appointed = await agent.offers(third.phone, "孙立", **within)
    assert appointed.status_code == 201, appointed.text
    await third.does("accept", appointed.json()["id"])
    assert {one["id"] for one in await company.mandates(side="principal")} == {
        head["id"],
        appointed.json()["id"],
    }
    assert (await agent.does("revoke", appointed.json()["id"])).json()["state"] == "revoked"


async def test_an_agent_without_that_right_appoints_nobody(company, agent, join, another_id_number):
    await company.verified("李建国", another_id_number())
    mandate = (await company.offers(agent.phone, "赵敏")).json()
    await agent.does("accept", mandate["id"])
    third = await join("孙立")
    answer = await agent.offers(third.phone, "孙立", principal_id=company.id)
    assert type_of(answer) == (403, "beyond-own-mandate")


async def test_a_company_is_nobodys_agent(giver, company, another_id_number):
    await company.verified("李建国", another_id_number())
    offered = (await giver.offers(company.phone, "李建国")).json()
    assert type_of(await company.does("accept", offered["id"])) == (403, "only-people-act")


async def test_a_mandate_of_a_stranger_is_not_revoked_by_an_id_that_was_guessed(giver, active):
    assert type_of(await giver.does("revoke", uuid4())) == (404, "no-such-mandate")
    assert UUID(active["id"])


async def test_a_mandate_for_what_does_not_exist_is_refused_by_entry(giver, agent):
    answer = await giver.offers(
        agent.phone, "赵敏", items=["HUZHENG-001", "NOPE-001"], departments=["JIAOJING", "NOPE"]
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/no-such-department")
    assert [error["path"] for error in answer.json()["errors"]] == ["/departments/1", "/items/1"]
    assert "NOPE" in answer.json()["errors"][0]["message"]


async def test_case_svc_is_told_whom_mandates_let_act_masked_and_recorded_as_no_look(
    identity, giver, agent, active, join
):
    other = (await giver.offers((await join("孙立")).phone, "孙立")).json()
    body = {"service": "case-svc", "secret": "the-secret-of-case-svc"}
    token = (await identity.client.post("/internal/service-tokens", json=body)).json()["access_token"]

    async def asked(*ids):
        query = [("id", str(one)) for one in ids]
        return await identity.client.get("/internal/mandates", params=query, headers=bearer(token))

    named = {"id": active["id"], "kind": "proxy", "agent_id": agent.id, "agent_name": "赵*"}
    assert (await asked(active["id"], other["id"], uuid4())).json() == [named]
    await giver.does("revoke", active["id"])
    assert (await asked(active["id"])).json() == [named]
    assert (await identity.get("/me/views", agent.token)).json()["items"] == []
    for wrong in ([], ["x"], [uuid4() for _ in range(51)]):
        assert (await asked(*wrong)).status_code == 422


async def test_what_is_no_items_code_is_refused_by_entry(giver, agent):
    answer = await giver.offers(agent.phone, "赵敏", items=["HUZHENG-001", "HUZHENG-1", "huzheng-002", "HZ"])
    assert type_of(answer) == (422, "invalid-input")
    assert [error["path"] for error in answer.json()["errors"]] == ["/items/1", "/items/2", "/items/3"]


async def test_the_phone_of_an_offer_that_nobody_took_is_forgotten_a_day_after_its_end(
    identity, giver, agent, offered
):
    assert (await giver.does("revoke", offered["id"])).status_code == 200
    for passed, kept in (("0", True), ("2 days", False)):
        await identity.sql("UPDATE mandate SET ended_at = ended_at - $1::text::interval", passed)
        async with identity.running.uow() as uow:
            uow.enqueue("identity.sweep_exports", "recurring")
        await identity.running.run_jobs()
        (row,) = await identity.sql("SELECT agent_hash, offer FROM mandate")
        assert (row["agent_hash"] is not None, row["offer"]) == (kept, None)
