"""One's own ways in: seen, linked with a proof, removed; and one is told."""

from uuid import uuid4

import pytest
from chassis.testing import bearer


async def a_ticket(identity, phone):
    """Of a WeChat user whom nobody knows yet, and the user."""
    user = await identity.sandbox.control("POST", "/wechat/users", {"phone": phone})
    path = f"/wechat/users/{user['user_id']}/codes"
    code = (await identity.sandbox.control("POST", path, {}))["code"]
    return (await identity.post("/sessions/wechat", {"js_code": code})).json()["ticket"], user


async def comes_in(identity, user):
    path = f"/wechat/users/{user['user_id']}/codes"
    code = (await identity.sandbox.control("POST", path, {}))["code"]
    return (await identity.post("/sessions/wechat", {"js_code": code})).json()["outcome"]


async def my_ways(identity, session):
    answer = await identity.get("/me/links", session["access_token"])
    assert answer.status_code == 200
    return answer.json()


async def unlink(identity, session, link_id):
    return await identity.client.delete(
        f"/api/identity/me/links/{link_id}", headers=bearer(session["access_token"])
    )


async def kinds(identity, session):
    items = (await identity.get("/me/messages", session["access_token"])).json()["items"]
    return [one["kind"] for one in items]


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


async def test_who_just_logged_in_links_without_more_ado(identity, session, phone):
    ticket, user = await a_ticket(identity, phone)
    answer = await identity.post("/me/links", {"ticket": ticket}, session["access_token"])
    assert answer.status_code == 204
    [link] = (await my_ways(identity, session))["links"]
    assert (link["provider"], link["proof"]) == ("wechat", "logged_in")
    assert await kinds(identity, session) == ["linked_wechat"]
    assert await comes_in(identity, user) == "logged_in"
    [row] = await identity.sql("SELECT action, facts FROM audit_log")
    assert row["action"] == "link.add" and row["facts"]["proof"] == "logged_in"


async def test_who_logged_in_long_ago_proves_it_again(start_identity, phone):
    identity = await start_identity(reauthentication_seconds=-1)
    session = (await identity.register(phone))["session"]
    ticket, _ = await a_ticket(identity, phone)
    answer = await identity.post("/me/links", {"ticket": ticket}, session["access_token"])
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/reauthentication-needed")
    await identity.forget_limits()
    code = await identity.proof(phone, "link")
    answer = await identity.post("/me/links", {"ticket": ticket, **code}, session["access_token"])
    assert answer.status_code == 204
    [link] = (await my_ways(identity, session))["links"]
    assert link["proof"] == "sms"


async def test_somebody_elses_code_is_no_proof(start_identity, phone, another_phone):
    identity = await start_identity(reauthentication_seconds=-1)
    session = (await identity.register(phone))["session"]
    ticket, _ = await a_ticket(identity, phone)
    code = await identity.proof(another_phone(), "link")
    answer = await identity.post("/me/links", {"ticket": ticket, **code}, session["access_token"])
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/code-refused")


async def test_a_link_goes_to_one_account(identity, session, phone, another_phone):
    first, _ = await a_ticket(identity, phone)
    await identity.post("/me/links", {"ticket": first}, session["access_token"])
    again = await identity.post("/me/links", {"ticket": first}, session["access_token"])
    assert (again.status_code, again.json()["type"]) == (401, "/problems/way-in-expired")

    other = (await identity.register(another_phone()))["session"]
    user = await identity.sandbox.control("POST", "/wechat/users", {"phone": phone})
    path = f"/wechat/users/{user['user_id']}/codes"
    codes = [(await identity.sandbox.control("POST", path, {}))["code"] for _ in range(2)]
    tickets = [
        (await identity.post("/sessions/wechat", {"js_code": code})).json()["ticket"] for code in codes
    ]
    taken = await identity.post("/me/links", {"ticket": tickets[0]}, session["access_token"])
    refused = await identity.post("/me/links", {"ticket": tickets[1]}, other["access_token"])
    assert taken.status_code == 204
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/linked-elsewhere")


async def test_a_removed_link_opens_nothing_and_the_phone_still_does(identity, session, phone):
    ticket, user = await a_ticket(identity, phone)
    await identity.post("/me/links", {"ticket": ticket}, session["access_token"])
    ways = await my_ways(identity, session)
    [link] = ways["links"]
    assert (ways["phone"], ways["has_password"]) == (phone[:3] + "****" + phone[-4:], False)

    assert (await unlink(identity, session, link["id"])).status_code == 204
    assert (await unlink(identity, session, link["id"])).status_code == 404
    assert (await my_ways(identity, session))["links"] == []
    assert await comes_in(identity, user) == "phone_needed"
    assert await kinds(identity, session) == ["unlinked_wechat", "linked_wechat"]
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    assert (await identity.post("/sessions", {"phone": phone, **code})).status_code == 201


async def test_nobody_removes_anothers_link(identity, session, phone, another_phone):
    ticket, user = await a_ticket(identity, phone)
    await identity.post("/me/links", {"ticket": ticket}, session["access_token"])
    [link] = (await my_ways(identity, session))["links"]
    other = (await identity.register(another_phone()))["session"]
    assert (await unlink(identity, other, link["id"])).status_code == 404
    assert (await unlink(identity, other, str(uuid4()))).status_code == 404
    assert (await my_ways(identity, other))["links"] == []
    assert await comes_in(identity, user) == "logged_in"
