"""The face check against the sandbox's: begun, confirmed on its page, and its result asked for."""

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from contracts.identity import AccountVerified


@pytest.fixture
async def session(identity, phone, id_number):
    """Of somebody whose name and number are known."""
    session = (await identity.register(phone))["session"]
    body = {"name": "王小明", "id_number": id_number}
    assert (await identity.post("/real-name", body, session["access_token"])).status_code == 200
    return session


async def begin(identity, session, **body):
    return await identity.post("/face-checks", body, session["access_token"])


async def result(identity, session, check):
    return await identity.post(f"/face-checks/{check['id']}/result", {}, session["access_token"])


async def look_into_the_camera(identity, check, answer="yes"):
    sent = await identity.sandbox.http.post(urlsplit(check["url"]).path, data={"answer": answer})
    assert sent.status_code == 303


async def level_events(identity):
    return [event.ial for event in await identity.running.emitted() if isinstance(event, AccountVerified)]


async def test_a_face_raises_the_level_in_a_new_token(identity, session):
    check = (await begin(identity, session, return_to="/me")).json()
    assert (await result(identity, session, check)).json()["state"] == "pending"
    await look_into_the_camera(identity, check)
    page = (await identity.sandbox.http.get(urlsplit(check["url"]).path)).text
    assert f"http://service.test/me?face_check={check['id']}" in page

    passed = (await result(identity, session, check)).json()
    assert passed["state"] == "passed"
    claims = (await identity.running.service.verifier.verify(passed["access_token"])).claims
    assert claims.ial == 3
    # Asked again, the answer is the same, and nothing more happens.
    assert (await result(identity, session, check)).json()["state"] == "passed"
    assert await level_events(identity) == [2, 3]


async def test_two_who_ask_at_once_raise_it_once(identity, session):
    check = (await begin(identity, session)).json()
    await look_into_the_camera(identity, check)
    answers = await asyncio.gather(*(result(identity, session, check) for _ in range(4)))
    assert {answer.json()["state"] for answer in answers} == {"passed"}
    assert await level_events(identity) == [2, 3]
    assert len(await identity.sql("SELECT 1 FROM assurance WHERE source = 'face'")) == 1


async def test_who_says_no_or_does_not_look_alike_stays_where_they_are(identity, session, id_number):
    refused = (await begin(identity, session)).json()
    await look_into_the_camera(identity, refused, "no")
    assert (await result(identity, session, refused)).json() == {
        "state": "failed",
        "access_token": None,
        "token_type": "Bearer",
        "expires_in": None,
    }
    await identity.sandbox.control("PUT", f"/realname/{id_number}", {"result": "MISMATCH"})
    other = (await begin(identity, session)).json()
    await look_into_the_camera(identity, other)
    assert (await result(identity, session, other)).json()["state"] == "failed"
    assert await level_events(identity) == [2]


async def test_without_a_name_there_is_no_face_to_look_for(identity, phone):
    session = (await identity.register(phone))["session"]
    answer = await begin(identity, session)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/identity-unknown")


async def test_somebody_elses_check_does_not_exist(identity, session, another_phone):
    check = (await begin(identity, session)).json()
    await look_into_the_camera(identity, check)
    other = (await identity.register(another_phone()))["session"]
    for asked in (check, {"id": str(uuid4())}):
        answer = await result(identity, other, asked)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-face-check")


@pytest.mark.parametrize("fault", [{"down": True}, {"http_500_next": 1}, {"lost_answer_next": 1}])
async def test_a_service_without_answer_costs_nothing(identity, session, fault):
    await identity.sandbox.control("PUT", "/faults/realname", fault)
    answer = await begin(identity, session)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/face-service-down")
    await identity.sandbox.control("DELETE", "/faults/realname")

    check = (await begin(identity, session)).json()
    await look_into_the_camera(identity, check)
    await identity.sandbox.control("PUT", "/faults/realname", fault)
    assert (await result(identity, session, check)).status_code == 503
    await identity.sandbox.control("DELETE", "/faults/realname")
    assert (await result(identity, session, check)).json()["state"] == "passed"


async def test_checks_are_few_a_day(identity, session):
    statuses = [(await begin(identity, session)).status_code for _ in range(6)]
    assert statuses == [201] * 5 + [429]


async def test_the_page_leads_back_to_us_alone(identity, session):
    check = (await begin(identity, session, return_to="https://evil.example/")).json()
    await look_into_the_camera(identity, check)
    page = (await identity.sandbox.http.get(urlsplit(check["url"]).path)).text
    assert "evil" not in page and 'href="http://service.test/?face_check=' in page
