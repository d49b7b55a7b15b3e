"""Where one is logged in: seen, named, ended; and who is told of a log-in from somewhere new."""

import asyncio
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer
from contracts.identity import AccessRevoked

PASSWORD = "correct horse battery"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) MicroMessenger/8.0.60 miniProgram/wx0123"


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone, password=PASSWORD))["session"]


async def log_in(identity, phone: str, user_agent: str, client=None) -> dict:
    answer = await (client or identity.client).post(
        "/api/identity/sessions",
        json={"phone": phone, "password": PASSWORD},
        headers={"User-Agent": user_agent},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def mine(identity, session: dict, **params) -> list[dict]:
    answer = await identity.get("/me/sessions", session["access_token"], **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def delete(identity, session: dict, path: str = ""):
    return await identity.client.delete(
        f"/api/identity/me/sessions{path}", headers=bearer(session["access_token"])
    )


async def name(identity, session: dict, session_id: str, body: object):
    return await identity.client.patch(
        f"/api/identity/me/sessions/{session_id}", json=body, headers=bearer(session["access_token"])
    )


async def told(identity, session: dict) -> list[str]:
    items = (await identity.get("/me/messages", session["access_token"])).json()["items"]
    return [message["facts"]["session_id"] for message in items if message["kind"] == "logged_in"]


async def refreshes(identity, session: dict) -> bool:
    answer = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    return answer.status_code == 200


async def test_each_session_is_listed_with_its_device_newest_first(identity, phone, session):
    office = await log_in(identity, phone, WINDOWS)
    wechat = await log_in(identity, phone, IPHONE)
    listed = await mine(identity, office)
    assert [row["id"] for row in listed] == [
        wechat["session_id"],
        office["session_id"],
        session["session_id"],
    ]
    assert [row["device"] for row in listed[:2]] == ["微信小程序 · iOS", "Chrome · Windows"]
    assert listed[0]["device_en"] == "WeChat mini-program · iOS"
    assert [row["current"] for row in listed] == [False, True, False]
    assert (listed[0]["method"], listed[0]["amr"]) == ("password", ["pwd"])
    assert (listed[2]["method"], listed[2]["amr"]) == ("code", ["sms"])
    assert listed[0]["opened_at"] == listed[0]["used_at"] < listed[0]["expires_at"]


async def test_the_list_goes_on_page_by_page(identity, phone, session):
    for _ in range(3):
        await log_in(identity, phone, WINDOWS)
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = (await identity.get("/me/sessions", session["access_token"], **params)).json()
        seen += [row["id"] for row in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 4 and seen == sorted(seen, reverse=True)


async def test_what_has_ended_is_not_listed(identity, phone, session):
    for column in ("idle_until", "expires_at"):
        expired = await log_in(identity, phone, WINDOWS)
        await identity.sql(
            f"UPDATE session SET {column} = now() - interval '1 second' WHERE id = $1",
            UUID(expired["session_id"]),
        )
    assert [row["id"] for row in await mine(identity, session)] == [session["session_id"]]


async def test_a_session_is_named_and_its_name_taken_away(identity, session):
    own = session["session_id"]
    assert (await name(identity, session, own, {"name": "  办公室电脑 "})).status_code == 204
    assert (await mine(identity, session))[0]["name"] == "办公室电脑"
    assert (await name(identity, session, own, {"name": None})).status_code == 204
    assert (await mine(identity, session))[0]["name"] is None


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " "}, {"name": "x" * 41}, {"name": "a\nb"}, {"name": 1}]
)
async def test_a_name_that_is_none_is_refused(identity, session, body):
    assert (await name(identity, session, session["session_id"], body)).status_code == 422


async def test_an_ended_session_refreshes_no_more_and_everybody_is_told(identity, phone, session):
    lost = await log_in(identity, phone, WINDOWS)
    assert (await delete(identity, session, f"/{lost['session_id']}")).status_code == 204
    assert not await refreshes(identity, lost) and await refreshes(identity, session)
    told = [event for event in await identity.running.emitted() if isinstance(event, AccessRevoked)]
    assert [(str(event.revoked_id), event.kind) for event in told] == [(lost["session_id"], "session")]
    again = await delete(identity, session, f"/{lost['session_id']}")
    assert (again.status_code, again.json()["type"]) == (404, "/problems/no-such-session")


async def test_ended_twice_at_once_it_is_told_once(identity, phone, session):
    lost = await log_in(identity, phone, WINDOWS)
    answers = await asyncio.gather(*(delete(identity, session, f"/{lost['session_id']}") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404, 404]
    assert len([event for event in await identity.running.emitted() if isinstance(event, AccessRevoked)]) == 1


async def test_all_others_are_ended_and_this_one_goes_on(identity, phone, session):
    others = [await log_in(identity, phone, WINDOWS) for _ in range(3)]
    answer = await delete(identity, session)
    assert (answer.status_code, answer.json()) == (200, {"ended": 3})
    assert [await refreshes(identity, other) for other in others] == [False] * 3
    assert [row["id"] for row in await mine(identity, session)] == [session["session_id"]]
    assert (await delete(identity, session)).json() == {"ended": 0}


async def test_nobody_names_or_ends_what_is_anothers(identity, session, another_phone):
    stranger = (await identity.register(another_phone()))["session"]
    theirs = session["session_id"]
    for answer in (
        await name(identity, stranger, theirs, {"name": "mine now"}),
        await delete(identity, stranger, f"/{theirs}"),
        await delete(identity, stranger, f"/{uuid4()}"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-session")
    assert (await delete(identity, stranger)).json() == {"ended": 0}
    assert await refreshes(identity, session)
    assert (await mine(identity, session))[0]["name"] is None


async def test_whoever_acts_for_somebody_does_not_reach_their_sessions(identity, session):
    verifier, tokens = identity.running.service.verifier, identity.running.tokens
    me = (await identity.get("/me", session["access_token"])).json()["account_id"]
    verifier._fetch_keys, verifier._keys, verifier._tried_at = tokens.key_set, None, float("-inf")
    acting = tokens.mint(
        me, ("citizen",), sid=str(uuid4()), act={"sub": str(uuid4()), "mandate": str(uuid4())}
    )
    for method, path in (("GET", ""), ("DELETE", ""), ("DELETE", f"/{session['session_id']}")):
        answer = await identity.client.request(
            method, f"/api/identity/me/sessions{path}", headers=bearer(acting)
        )
        assert answer.status_code == 403


async def test_a_log_in_from_something_new_is_told(identity, phone, session):
    known = await log_in(identity, phone, identity.client.headers["user-agent"])  # as at the registration
    assert await told(identity, session) == []
    new = await log_in(identity, phone, IPHONE)
    assert await told(identity, session) == [new["session_id"]]
    await log_in(identity, phone, IPHONE)
    assert await told(identity, session) == [new["session_id"]]
    async with identity.from_address("203.0.113.5") as elsewhere:
        away = await log_in(identity, phone, IPHONE, elsewhere)
    assert await told(identity, known) == [away["session_id"], new["session_id"]]


async def test_a_device_is_known_again_after_it_logged_out(identity, phone, session):
    new = await log_in(identity, phone, WINDOWS)
    await delete(identity, new, f"/{new['session_id']}")
    again = await log_in(identity, phone, WINDOWS)
    assert await told(identity, again) == [new["session_id"]]


async def test_neither_address_nor_user_agent_is_kept(identity, phone, session):
    async with identity.from_address("203.0.113.77") as elsewhere:
        await log_in(identity, phone, WINDOWS, elsewhere)
    for row in await identity.sql("SELECT session::text AS row FROM session"):
        assert "203.0" not in row["row"] and "Mozilla" not in row["row"]
