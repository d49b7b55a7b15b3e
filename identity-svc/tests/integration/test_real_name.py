"""The real-name check against the sandbox's registry."""

import asyncio
from types import SimpleNamespace

import pytest
from contracts.identity import AccountVerified
from identity_svc.domain.demo import COMPANY


async def verify(identity, session, name, id_number):
    return await identity.post("/real-name", {"name": name, "id_number": id_number}, session["access_token"])


async def ial_of(identity, token):
    return (await identity.running.service.verifier.verify(token)).claims.ial


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


async def verified_events(identity):
    return [event for event in await identity.running.emitted() if isinstance(event, AccountVerified)]


async def test_a_match_raises_the_level_in_a_new_token_at_once(identity, session, id_number):
    answer = await verify(identity, session, "王小明", id_number.lower())

    assert answer.status_code == 200
    account = answer.json()["account"]
    assert (account["ial"], account["name"]) == (2, "王**")
    assert account["id_number"] == id_number[:4] + "*" * 10 + id_number[-4:]
    assert await ial_of(identity, answer.json()["access_token"]) == 2
    [event] = await verified_events(identity)
    assert (str(event.account_id), event.ial) == (account["account_id"], 2)


async def test_later_tokens_say_the_level_too(identity, session, id_number):
    await verify(identity, session, "王小明", id_number)
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert await ial_of(identity, refreshed.json()["access_token"]) == 2


@pytest.mark.parametrize("result", ["MISMATCH", "NOT_FOUND"])
async def test_without_a_match_nothing_is_stored(identity, session, id_number, result):
    await identity.sandbox.control("PUT", f"/realname/{id_number}", {"result": result})
    answer = await verify(identity, session, "王小明", id_number)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/real-name-not-confirmed")
    me = (await identity.get("/me", session["access_token"])).json()
    assert (me["ial"], me["name"], me["id_number"]) == (1, None, None)


async def test_a_number_in_use_is_answered_like_a_mismatch(
    identity, session, id_number, another_phone, another_id_number
):
    await verify(identity, session, "王小明", id_number)
    other = (await identity.register(another_phone()))["session"]
    taken = await verify(identity, other, "王小明", id_number)
    strange = another_id_number()
    await identity.sandbox.control("PUT", f"/realname/{strange}", {"result": "MISMATCH"})
    mismatch = await verify(identity, other, "王小明", strange)

    assert taken.status_code == mismatch.status_code == 409
    assert taken.json() | {"request_id": 0} == mismatch.json() | {"request_id": 0}
    assert len(await verified_events(identity)) == 1


async def test_asking_again_with_the_same_identity_changes_nothing(identity, session, id_number):
    first = await verify(identity, session, "王小明", id_number)
    again = await verify(identity, session, "王小明", id_number)
    assert again.json()["account"] == first.json()["account"]
    assert len(await verified_events(identity)) == 1


async def test_an_identity_cannot_be_changed(identity, session, id_number, another_id_number):
    await verify(identity, session, "王小明", id_number)
    answer = await verify(identity, session, "李小红", another_id_number())
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-verified")


@pytest.fixture
def asked_at_once(identity, monkeypatch):
    """The registry answers nobody before two have asked: both requests passed every check made before."""
    both = asyncio.Barrier(2)
    check = identity.running.service.state.menu.verify_real_name
    registry = check._registry

    async def person_matches(name, id_number):
        await both.wait()
        return await registry.person_matches(name, id_number)

    monkeypatch.setattr(check, "_registry", SimpleNamespace(person_matches=person_matches))


@pytest.mark.usefixtures("asked_at_once")
async def test_of_two_people_confirmed_at_once_for_one_account_only_the_first_has_it(
    identity, session, another_id_number
):
    people = [("王小明", another_id_number()), ("李小红", another_id_number())]
    answers = await asyncio.gather(*(verify(identity, session, *person) for person in people))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [(kept, person)] = [pair for pair in zip(answers, people, strict=True) if pair[0].status_code == 200]
    [refused] = [answer for answer in answers if answer is not kept]
    assert refused.json()["type"] == "/problems/already-verified"
    me = (await identity.get("/me", session["access_token"])).json()
    assert me["name"] == person[0][0] + "**"
    assert len(await verified_events(identity)) == 1


@pytest.mark.usefixtures("asked_at_once")
async def test_one_person_confirmed_twice_at_once_is_verified_once(identity, session, id_number):
    answers = await asyncio.gather(*(verify(identity, session, "王小明", id_number) for _ in range(2)))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["account"] == answers[1].json()["account"]
    for answer in answers:
        assert await ial_of(identity, answer.json()["access_token"]) == 2
    assert len(await verified_events(identity)) == 1


@pytest.mark.parametrize("fault", [{"down": True}, {"http_500_next": 1}, {"lost_answer_next": 1}])
async def test_a_registry_without_answer_costs_nothing(identity, session, id_number, fault):
    await identity.sandbox.control("PUT", "/faults/realname", fault)
    answer = await verify(identity, session, "王小明", id_number)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/real-name-service-down")

    await identity.sandbox.control("DELETE", "/faults/realname")
    for _ in range(2):
        assert (await verify(identity, session, "王小明", id_number)).status_code == 200


async def test_checks_are_few_a_day(identity, session, another_id_number):
    statuses = []
    for _ in range(6):
        number = another_id_number()
        await identity.sandbox.control("PUT", f"/realname/{number}", {"result": "MISMATCH"})
        statuses.append((await verify(identity, session, "王小明", number)).status_code)
    assert statuses == [409] * 5 + [429]


async def register_company(identity, phone):
    fields = {"kind": "enterprise", "uscc": COMPANY.uscc, "company_name": COMPANY.name}
    return (await identity.register(phone, **fields))["session"]


async def test_a_company_is_verified_with_its_representative(identity, phone, id_number):
    session = await register_company(identity, phone)
    answer = await verify(identity, session, "李建国", id_number)
    assert (answer.status_code, answer.json()["account"]["ial"]) == (200, 2)


async def test_a_company_needs_its_own_representative(identity, phone, id_number):
    await identity.sandbox.control("PUT", f"/realname/{COMPANY.uscc}", {"result": "MISMATCH"})
    session = await register_company(identity, phone)
    assert (await verify(identity, session, "李建国", id_number)).status_code == 409


async def test_a_company_belongs_to_who_proves_it_first(identity, another_phone, id_number):
    first, second = [await register_company(identity, another_phone()) for _ in range(2)]
    assert (await verify(identity, first, "李建国", id_number)).status_code == 200
    assert (await verify(identity, second, "李建国", id_number)).status_code == 409


async def test_a_representative_may_have_an_account_of_their_own(identity, session, another_phone, id_number):
    company = await register_company(identity, another_phone())
    assert (await verify(identity, company, "李建国", id_number)).status_code == 200
    assert (await verify(identity, session, "李建国", id_number)).status_code == 200


async def test_the_identity_is_sealed_at_rest(identity, session, id_number):
    await verify(identity, session, "王小明", id_number)
    for table in ("account", "outbox", "throttle", "idempotency_key"):
        for row in await identity.sql(f"SELECT * FROM {table}"):
            assert id_number not in str(dict(row)) and "王小明" not in str(dict(row))


async def test_the_dot_in_a_name_may_be_any_dot(identity, session, id_number):
    await verify(identity, session, "阿依古丽．买买提", id_number)
    assert (await verify(identity, session, "阿依古丽•买买提", id_number)).status_code == 200


WRONG_FIELDS = [
    ("王小明", "610102199003070017", {"/id_number"}),
    ("王\n小明", "1", {"/name", "/id_number"}),
    ("王", "610102199003070016", {"/name"}),
    ("王" * 51, "610102199003070016", {"/name"}),
]


async def test_every_wrong_field_is_named(identity, session, subtests):
    for name, number, paths in WRONG_FIELDS:
        with subtests.test(str((name, number, paths))[:80]):
            answer = await verify(identity, session, name, number)
            assert answer.status_code == 422
            assert {error["path"] for error in answer.json()["errors"]} == paths


async def test_officers_have_no_real_name_check(identity, tokens):
    answer = await identity.post("/real-name", {"name": "王小明", "id_number": "610102199003070016"})
    assert answer.status_code == 401
