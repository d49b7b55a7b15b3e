"""Logging in on a computer by a code that a phone scans, and all that could go wrong between the two."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from chassis.testing import bearer
from identity_svc.domain.ways_in.places import Places

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
)


async def a_code(identity, address="127.0.0.1"):
    """What a computer shows, and the computer."""
    computer = identity.from_address(address)
    answer = await computer.post("/api/identity/sessions/qr", headers={"User-Agent": WINDOWS})
    assert answer.status_code == 201, answer.text
    return answer.json(), computer


def scanned_text(shown):
    return parse_qs(urlsplit(shown["scan_url"]).query)["code"][0]


async def scan(identity, shown, session):
    return await identity.post("/qr-log-ins/scans", {"code": scanned_text(shown)}, session["access_token"])


async def say(identity, shown, session, what):
    return await identity.post(f"/qr-log-ins/{shown['id']}/{what}", {}, session["access_token"])


async def news(identity, shown, computer=None, **more):
    client = computer or identity.client
    body = {"secret": shown["secret"]} | more
    return await client.post(f"/api/identity/sessions/qr/{shown['id']}/news", json=body)


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


@pytest.fixture
async def other(identity, session, another_phone):
    await identity.forget_limits()
    return (await identity.register(another_phone()))["session"]


async def test_the_phone_sees_who_asks_and_the_computer_comes_in(identity, session, phone):
    shown, computer = await a_code(identity)
    assert (await news(identity, shown, computer)).json() == {
        "state": "waiting",
        "phone": None,
        "session": None,
    }

    seen = (await scan(identity, shown, session)).json()
    assert (seen["id"], seen["device"], seen["same_network"]) == (shown["id"], "Chrome · Windows", True)
    assert seen["place"] == "本地网络" and "拒绝" in seen["warning"]
    waiting = (await news(identity, shown, computer)).json()
    assert (waiting["state"], waiting["phone"]) == ("scanned", phone[:3] + "****" + phone[-4:])

    assert (await say(identity, shown, session, "confirm")).status_code == 204
    came = (await news(identity, shown, computer)).json()
    assert came["state"] == "used"
    claims = (await identity.running.service.verifier.verify(came["session"]["access_token"])).claims
    mine = (await identity.running.service.verifier.verify(session["access_token"])).claims
    assert claims.sub == mine.sub and claims.sid != mine.sid and claims.amr == ("mca",)
    [row] = await identity.sql("SELECT facts FROM audit_log WHERE action = 'session.allow_by_qr'")
    assert row["facts"]["by"] == mine.sid


async def test_the_picture_holds_the_code_and_never_the_secret(identity):
    shown, _ = await a_code(identity)
    assert shown["qr_svg"].startswith("<svg") and shown["secret"] not in shown["scan_url"]
    assert shown["scan_url"].startswith("http://service.test/login/scan?code=")
    rows = str([dict(row) for row in await identity.sql("SELECT * FROM qr_log_in")])
    assert shown["secret"] not in rows and scanned_text(shown) not in rows and "127.0.0.1" not in rows


async def test_the_session_goes_out_once(identity, session):
    shown, computer = await a_code(identity)
    await scan(identity, shown, session)
    await say(identity, shown, session, "confirm")
    answers = await asyncio.gather(*(news(identity, shown, computer) for _ in range(4)))
    got = [one.json() for one in answers if one.status_code == 200 and one.json()["session"]]
    assert len(got) == 1
    assert (await news(identity, shown, computer)).json()["state"] == "used"
    rows = await identity.sql("SELECT 1 FROM session WHERE method = 'qr'")
    assert len(rows) == 1


async def test_a_wrong_secret_and_an_unknown_log_in_look_alike(identity, session):
    shown, _ = await a_code(identity)
    await scan(identity, shown, session)
    await say(identity, shown, session, "confirm")
    wrong = await news(identity, shown | {"secret": "x" * 43})
    scanned = await news(identity, shown | {"secret": scanned_text(shown)})
    unknown = await news(identity, shown | {"id": str(uuid4())})
    for answer in (wrong, scanned, unknown):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/qr-gone")
    assert (await news(identity, shown)).json()["state"] == "used"


async def test_of_two_phones_one_has_it(identity, session, other):
    shown, _ = await a_code(identity)
    answers = await asyncio.gather(scan(identity, shown, session), scan(identity, shown, other))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    winner, loser = (session, other) if answers[0].status_code == 200 else (other, session)
    assert (await say(identity, shown, loser, "confirm")).status_code == 404
    assert (await say(identity, shown, loser, "refuse")).status_code == 404
    assert (await say(identity, shown, winner, "confirm")).status_code == 204


async def test_the_same_phone_may_scan_again(identity, session):
    shown, _ = await a_code(identity)
    first = await scan(identity, shown, session)
    again = await scan(identity, shown, session)
    assert again.json() == first.json()


async def test_another_session_of_the_same_person_does_not_answer(identity, session, phone):
    shown, _ = await a_code(identity)
    await scan(identity, shown, session)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    second = (await identity.post("/sessions", {"phone": phone, **code})).json()
    assert (await say(identity, shown, second, "confirm")).status_code == 404


async def test_nothing_is_confirmed_before_it_was_scanned_or_after_it_was_answered(identity, session):
    shown, _ = await a_code(identity)
    assert (await say(identity, shown, session, "confirm")).status_code == 404
    await scan(identity, shown, session)
    assert (await say(identity, shown, session, "refuse")).status_code == 204
    assert (await say(identity, shown, session, "confirm")).status_code == 404
    assert (await news(identity, shown)).json()["state"] == "refused"
    assert (await scan(identity, shown, session)).status_code == 404


@pytest.mark.parametrize("after", ["shown", "scanned", "confirmed"])
async def test_an_old_code_lets_nobody_in(identity, session, after):
    shown, _ = await a_code(identity)
    if after != "shown":
        await scan(identity, shown, session)
    if after == "confirmed":
        await say(identity, shown, session, "confirm")
    await identity.sql("UPDATE qr_log_in SET expires_at = now()")
    assert (await news(identity, shown)).json()["state"] == "expired"
    assert (await scan(identity, shown, session)).status_code == 404
    assert (await say(identity, shown, session, "confirm")).status_code == 404


async def test_a_phone_that_was_logged_out_lets_nobody_in(identity, session):
    before, after = (await a_code(identity))[0], (await a_code(identity))[0]
    for shown in (before, after):
        await scan(identity, shown, session)
    await say(identity, after, session, "confirm")
    await identity.client.delete("/api/identity/sessions/current", headers=bearer(session["access_token"]))
    # Its token is still good for some minutes, here where nobody has heard of the revocation.
    assert (await say(identity, before, session, "confirm")).status_code in (401, 404)
    assert (await news(identity, after)).status_code == 404
    assert await identity.sql("SELECT 1 FROM session WHERE method = 'qr'") == []


async def test_a_computer_elsewhere_is_seen_to_be_elsewhere(start_identity, tmp_path, phone):
    places = tmp_path / "places.csv"
    places.write_text("# network,name,name\n203.0.0.0/8,远方,far away\n203.0.113.0/24,上海,Shanghai\n")
    identity = await start_identity(places_file=places)
    session = (await identity.register(phone))["session"]
    shown, _ = await a_code(identity, "203.0.113.9")
    seen = (await scan(identity, shown, session)).json()
    assert (seen["same_network"], seen["place"], seen["place_en"]) == (False, "上海", "Shanghai")


async def test_a_waiting_computer_hears_at_once(identity, session):
    shown, computer = await a_code(identity)
    waiting = asyncio.create_task(news(identity, shown, computer, known="waiting", wait=10))
    await scan(identity, shown, session)
    assert (await waiting).json()["state"] == "scanned"
    waiting = asyncio.create_task(news(identity, shown, computer, known="scanned", wait=10))
    await say(identity, shown, session, "confirm")
    assert (await waiting).json()["state"] == "used"


async def test_codes_without_end_are_stopped_and_use_up_no_tries(start_identity, phone):
    identity = await start_identity(attempts_per_address=3)
    statuses = [(await identity.post("/sessions/qr", {})).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    assert (await identity.register(phone))["account"]


def test_places_are_found_by_the_smallest_network():
    places = Places.read(
        ["10.0.0.0/8,总部,head office", "", "10.1.0.0/16,分部,branch", "2001:db8::/32,六,six"]
    )
    assert places.of("10.1.2.3").name == "分部"
    assert places.of("10.2.2.3").name == "总部"
    assert places.of("2001:db8::/64").name == "六"
    assert places.of("8.8.8.8").name == "网络 8.8.0.0/16"
    assert places.of("unknown").name == "未知地点"
    with pytest.raises(ValueError, match="line 1"):
        Places.read(["nonsense"])
