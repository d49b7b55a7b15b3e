"""Keys change while people register and log in: nobody is lost, nobody becomes two."""

import asyncio
import base64

import pytest
from chassis.rotation.reseal import Reseal
from chassis.testing import TEST_KEYS

PASSWORD = "a long enough password"
SM4 = "second:sm4-gcm:" + base64.b64encode(b"4" * 16).decode()
FOLLOWING = base64.b64encode(b"next lookup key, of 32 bytes ...").decode()
OLD_LOOKUP = TEST_KEYS["lookup_key"]


async def reseal(identity) -> bool:
    service = identity.running.service
    return await Reseal(service.name, service.sealer, service.targets, service.begin).run()


async def logs_in(identity, phone: str) -> bool:
    answer = await identity.post("/sessions", {"phone": phone, "password": PASSWORD})
    return answer.status_code == 201


@pytest.fixture
async def url(identity, start_identity):
    return identity.running.service.settings.database_url.get_secret_value()


async def test_people_live_through_a_change_of_both_keys(
    identity, start_identity, url, another_phone, another_id_number
):
    phones = [another_phone() for _ in range(5)]
    for phone in phones[:3]:
        told = (await identity.register(phone, password=PASSWORD))["session"]
        body = {"name": "张三", "id_number": another_id_number()}
        assert (await identity.post("/real-name", body, told["access_token"])).status_code == 200
    keys = {"data_keys": f"{SM4},{TEST_KEYS['data_keys']}"}

    coming = await start_identity(url, **keys, lookup_key=OLD_LOOKUP, lookup_key_next=FOLLOWING)
    worked, registered = await asyncio.gather(reseal(coming), coming.register(phones[3], password=PASSWORD))
    assert worked and registered
    assert [await logs_in(coming, phone) for phone in phones[:4]] == [True] * 4

    going = await start_identity(url, **keys, lookup_key=FOLLOWING, lookup_key_previous=OLD_LOOKUP)
    again = {"phone": phones[0], **await going.proof(phones[0], "register"), "password": PASSWORD}
    assert (await going.post("/accounts", again)).status_code == 409
    await going.register(phones[4], password=PASSWORD)
    assert await logs_in(coming, phones[4]), (
        "an instance of the earlier phase finds who registered at the later"
    )
    assert await reseal(going)

    gone = await start_identity(url, data_keys=SM4, lookup_key=FOLLOWING)
    await gone.forget_limits()
    assert [await logs_in(gone, phone) for phone in phones] == [True] * 5
    assert await reseal(gone)
    rows = await gone.sql("SELECT phone_hash_next, id_hash_next FROM account")
    assert len(rows) == 5 and all(row == (None, None) for row in map(tuple, rows))


async def test_one_phone_is_one_account_across_both_phases(identity, start_identity, url, another_phone):
    phone = another_phone()
    coming = await start_identity(url, lookup_key=OLD_LOOKUP, lookup_key_next=FOLLOWING)
    assert await reseal(coming)
    going = await start_identity(url, lookup_key=FOLLOWING, lookup_key_previous=OLD_LOOKUP)
    code = await coming.proof(phone, "register")
    bodies = [(coming, code), (going, await going.proof(phone, "register"))]
    answers = await asyncio.gather(
        *(one.post("/accounts", {"phone": phone, **code, "password": PASSWORD}) for one, code in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_start_without_the_key_of_what_is_there_says_which(identity, start_identity, url, phone):
    await identity.register(phone)
    with pytest.raises(RuntimeError, match=r"test.*DATA_KEYS"):
        await start_identity(url, data_keys=SM4)
