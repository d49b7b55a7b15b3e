"""What people are told inside the platform."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from chassis.clock import now


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


async def told(identity, token: str, count: int) -> UUID:
    """Tells the owner of `token` something `count` times; their id."""
    me = UUID((await identity.get("/me", token)).json()["account_id"])
    messages = identity.running.service.state.menu.messages
    async with identity.running.uow() as uow:
        for _ in range(count):
            await messages.tell(uow, me, "logged_in", {})
    return me


async def test_messages_are_read_newest_first_by_their_receiver_only(identity, session, another_phone):
    token = session["access_token"]
    await told(identity, token, 3)
    first = (await identity.get("/me/messages", token, limit=2)).json()
    rest = (await identity.get("/me/messages", token, limit=2, cursor=first["next"])).json()
    ids = [message["id"] for message in first["items"] + rest["items"]]
    assert len(ids) == 3 and ids == sorted(ids, reverse=True) and rest["next"] is None
    assert "新设备" in first["items"][0]["text"] and "new device" in first["items"][0]["text_en"]
    stranger = (await identity.register(another_phone()))["session"]["access_token"]
    assert (await identity.get("/me/messages", stranger)).json()["items"] == []


async def test_what_was_read_is_not_unread(identity, session):
    token = session["access_token"]
    await told(identity, token, 3)
    seen = (await identity.get("/me/messages", token)).json()["items"][1]["id"]
    answer = await identity.client.put(
        "/api/identity/me/messages/read",
        json={"message_id": seen},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 204
    assert (await identity.get("/me/messages/unread", token)).json() == {"count": 1}


async def test_a_message_that_lacks_a_fact_is_refused_at_once(identity):
    messages = identity.running.service.state.menu.messages
    with pytest.raises(KeyError):
        async with identity.running.uow() as uow:
            await messages.tell(uow, uuid4(), "no-such-kind", {})


async def test_a_session_that_ends_is_remembered_until_its_last_token_expired(identity, session):
    answer = await identity.client.delete(
        "/api/identity/sessions/current", headers={"Authorization": f"Bearer {session['access_token']}"}
    )
    assert answer.status_code == 204
    (row,) = await identity.sql("SELECT kind, revoked_at, forget_at FROM revocation")
    assert row["kind"] == "session" and row["forget_at"] >= now() + timedelta(seconds=600)
    event = (await identity.running.emitted())[-1]
    assert (event.TYPE, event.forget_at) == ("identity.access.revoked", row["forget_at"])
