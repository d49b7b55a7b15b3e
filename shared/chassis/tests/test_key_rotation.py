"""Keys change while the service works: nothing is lost, the rest goes on after a kill, and the end can be believed."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from chassis.db import roles
from chassis.rotation import LookupColumn, SealedColumn
from chassis.rotation import columns as rotation_columns
from chassis.rotation import reseal as rotation_reseal
from chassis.rotation.known_keys import ChangeUnfinished, KeyMissing, require_keys
from chassis.rotation.reseal import Reseal
from chassis.sealing import SealBroken, Sealer, Sm4Gcm
from chassis.testing import Running


def key(letter: bytes, size: int = 32) -> str:
    return base64.b64encode(letter * size).decode()


OLD = f"old:{key(b'o')}"
SM4 = f"new:sm4-gcm:{key(b'n', 16)}"
LOOKUP, NEXT, THIRD = key(b"a"), key(b"b"), key(b"c")
BEFORE = Sealer(OLD, LOOKUP)
AFTER = Sealer(f"{SM4},{OLD}", LOOKUP)
NAME = SealedColumn("secret", "body", {"id": "int"}, lambda row: b"secret:%d" % row["id"])
HASH = LookupColumn("secret", "name_hash", "id", NAME, lambda plain, row: plain.decode(), kind="int")
ROWS = 450


@pytest.fixture
async def secrets(sample: Running, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A table of sealed texts that can be found by them, under the keys of before."""
    monkeypatch.setattr(rotation_columns, "BATCH", 50)
    async with sample.as_owner() as owner:
        await owner.execute(
            "CREATE TABLE secret (id int PRIMARY KEY, body bytea, name_hash bytea UNIQUE, name_hash_next bytea UNIQUE);"
            f"GRANT ALL ON secret TO {roles.user_of(sample.service.settings.database_url.get_secret_value())}"
        )
    for number in range(ROWS):
        await write(sample, BEFORE, number, f"text {number}")
    await require_keys("sample-svc", BEFORE, [NAME, HASH], sample.uow)
    yield sample


async def write(sample: Running, sealer: Sealer, number: int, text: str) -> None:
    await sample.service.pool.execute(
        "INSERT INTO secret VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET body = excluded.body,"
        " name_hash = excluded.name_hash, name_hash_next = excluded.name_hash_next",
        number, sealer.seal(text.encode(), b"secret:%d" % number), sealer.lookup_hash(text), sealer.next_hash(text),
    )  # fmt: skip


async def read(sample: Running, sealer: Sealer) -> dict[int, str]:
    rows = await sample.service.pool.fetch("SELECT id, body FROM secret")
    return {row["id"]: sealer.open(row["body"], b"secret:%d" % row["id"]).decode() for row in rows}


async def found(sample: Running, sealer: Sealer, text: str) -> int | None:
    hashes = sealer.lookup_hashes(text)
    return await sample.service.pool.fetchval(
        "SELECT id FROM secret WHERE name_hash = ANY($1::bytea[]) OR name_hash_next = ANY($1::bytea[])",
        hashes,
    )


def reseal(sample: Running, sealer: Sealer) -> Reseal:
    return Reseal("sample-svc", sealer, [NAME, HASH], sample.uow)


async def keys_in_use(sample: Running) -> set[str]:
    rows = await sample.service.pool.fetch("SELECT key_id FROM sealing_key WHERE emptied_at IS NULL")
    return {row["key_id"] for row in rows if not row["key_id"].startswith("lookup:")}


async def test_everything_comes_under_the_new_key_and_its_algorithm(secrets: Running, capsys):
    await require_keys("sample-svc", AFTER, [NAME, HASH], secrets.uow)
    assert await keys_in_use(secrets) == {"old", "new"}
    assert await reseal(secrets, AFTER).run()
    assert "nothing left under key old: it may be removed" in capsys.readouterr().out
    alone = Sealer(SM4, LOOKUP)
    assert await read(secrets, alone) == {number: f"text {number}" for number in range(ROWS)}
    assert await keys_in_use(secrets) == {"new"}
    await require_keys("sample-svc", alone, [NAME, HASH], secrets.uow)


async def test_a_start_without_a_key_in_use_is_refused(secrets: Running):
    with pytest.raises(KeyMissing, match="old"):
        await require_keys("sample-svc", Sealer(SM4, LOOKUP), [NAME, HASH], secrets.uow)
    with pytest.raises(KeyMissing, match="LOOKUP_KEY"):
        await require_keys("sample-svc", Sealer(OLD, NEXT), [NAME, HASH], secrets.uow)


async def test_a_concurrent_change_wins(secrets: Running):
    stop = asyncio.Event()
    written: dict[int, str] = {}

    async def writer(lane: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            number = (turn * 37 + lane * 101) % ROWS // 3 * 3 + lane
            written[number] = f"{lane} wrote {turn}"
            await write(secrets, AFTER, number, written[number])
            await asyncio.sleep(0)

    writers = [asyncio.create_task(writer(lane)) for lane in range(3)]
    try:
        assert await reseal(secrets, AFTER).run()
    finally:
        stop.set()
        await asyncio.gather(*writers)
    expected = {number: f"text {number}" for number in range(ROWS)} | written
    assert await read(secrets, Sealer(SM4, LOOKUP)) == expected


async def test_rows_locked_by_others_are_not_waited_for_and_come_later(secrets: Running):
    async with secrets.uow() as uow:
        await uow.execute("SELECT FROM secret WHERE id < 5 FOR UPDATE")
        step = await NAME.step(secrets.uow, AFTER, None)
        assert step.changed == 50
    assert await reseal(secrets, AFTER).run()
    assert set(await read(secrets, Sealer(SM4, LOOKUP))) == set(range(ROWS))


async def test_after_a_kill_it_goes_on_where_it_was(secrets: Running, monkeypatch: pytest.MonkeyPatch):
    steps = SealedColumn.step
    calls = []

    async def killed_at_the_fourth(self, begin, sealer, after):
        calls.append(after)
        if len(calls) == 4:
            raise asyncio.CancelledError
        return await steps(self, begin, sealer, after)

    with monkeypatch.context() as patched:
        patched.setattr(SealedColumn, "step", killed_at_the_fourth)
        with pytest.raises(asyncio.CancelledError):
            await reseal(secrets, AFTER).run()
        assert await reseal(secrets, AFTER).run()
    assert calls[4] == calls[3] == ["149"]
    assert await read(secrets, Sealer(SM4, LOOKUP)) == {number: f"text {number}" for number in range(ROWS)}


async def test_a_row_that_does_not_open_is_named_and_keeps_the_key(secrets: Running, capsys):
    await secrets.service.pool.execute("UPDATE secret SET body = body || 'x'::bytea WHERE id = 7")
    assert not await reseal(secrets, AFTER).run()
    out = capsys.readouterr().out
    assert "secret.body 7" in out and "1 are still under key old" in out
    with pytest.raises(KeyMissing):
        await require_keys("sample-svc", Sealer(SM4, LOOKUP), [NAME, HASH], secrets.uow)


async def test_the_lookup_key_changes_in_two_phases_and_everybody_is_found_throughout(secrets: Running):
    coming = Sealer(OLD, LOOKUP, next_lookup_key=NEXT)
    going = Sealer(OLD, NEXT, previous_lookup_key=LOOKUP)
    gone = Sealer(OLD, NEXT)
    for phase in (coming, going, gone):
        await require_keys("sample-svc", phase, [NAME, HASH], secrets.uow)
        assert await found(secrets, phase, "text 7") == 7
        await write(secrets, phase, 900, "newcomer")
        with pytest.raises(Exception, match="name_hash"):
            await write(secrets, phase, 901, "text 8")
        assert await reseal(secrets, phase).run()
        assert await found(secrets, phase, "text 7") == 7
        assert await found(secrets, phase, "newcomer") == 900
    assert (
        await secrets.service.pool.fetchval("SELECT count(*) FROM secret WHERE name_hash_next IS NOT NULL")
        == 0
    )
    with pytest.raises(KeyMissing):
        await require_keys("sample-svc", BEFORE, [NAME, HASH], secrets.uow)


async def test_those_with_the_keys_of_either_phase_find_each_others_rows(secrets: Running):
    coming = Sealer(OLD, LOOKUP, next_lookup_key=NEXT)
    going = Sealer(OLD, NEXT, previous_lookup_key=LOOKUP)
    await write(secrets, coming, 900, "one")
    await write(secrets, going, 901, "two")
    for sealer in (coming, going):
        assert [await found(secrets, sealer, text) for text in ("one", "two", "text 3")] == [900, 901, 3]
    for number, sealer, text in ((902, going, "one"), (903, coming, "two")):
        with pytest.raises(Exception, match="name_hash_next"):
            await write(secrets, sealer, number, text)


async def test_the_second_phase_does_not_begin_before_the_first_is_through(secrets: Running):
    await require_keys("sample-svc", Sealer(OLD, LOOKUP, next_lookup_key=NEXT), [NAME, HASH], secrets.uow)
    going = Sealer(OLD, NEXT, previous_lookup_key=LOOKUP)
    with pytest.raises(ChangeUnfinished, match="second hash"):
        await require_keys("sample-svc", going, [NAME, HASH], secrets.uow)


async def test_the_next_change_does_not_begin_before_the_last_is_cleaned_up(secrets: Running):
    for phase in (Sealer(OLD, LOOKUP, next_lookup_key=NEXT), Sealer(OLD, NEXT, previous_lookup_key=LOOKUP)):
        await require_keys("sample-svc", phase, [NAME, HASH], secrets.uow)
        assert await reseal(secrets, phase).run()
    with pytest.raises(ChangeUnfinished, match="not finished"):
        await require_keys("sample-svc", Sealer(OLD, NEXT, next_lookup_key=THIRD), [NAME, HASH], secrets.uow)


def test_both_algorithms_open_side_by_side():
    sealed = BEFORE.seal(b"x", b"row"), AFTER.seal(b"y", b"row")
    assert [one[0] for one in sealed] == [0x01, 0x02]
    assert [AFTER.open(one, b"row") for one in sealed] == [b"x", b"y"]
    with pytest.raises(SealBroken):
        AFTER.open(sealed[1], b"other row")
    with pytest.raises(SealBroken):
        AFTER.open(b"\x01" + sealed[1][1:], b"row")


def test_sm4_gcm_is_that_of_the_published_example():
    """RFC 8998, A.1."""
    cipher = Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = bytes.fromhex("00001234567800000000ABCD")
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    sealed = cipher.encrypt(nonce, plain, aad)
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert cipher.decrypt(nonce, sealed, aad) == plain


@pytest.mark.parametrize(
    "keys",
    ["", "a", "a:b:c:d", f"a:des:{key(b'x')}", f"a:{key(b'x', 16)}", f"a:sm4-gcm:{key(b'x')}", "a:!!!",
     f"a:{key(b'x')},a:{key(b'y')}", f"a b:{key(b'x')}"],
)  # fmt: skip
def test_keys_that_are_none_are_refused(keys: str):
    with pytest.raises(ValueError, match="key"):
        Sealer(keys, LOOKUP)


async def test_it_says_how_far_it_has_come_of_how_much(
    secrets: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rotation_reseal, "_SAY_EVERY", -1.0)
    assert await reseal(secrets, AFTER).run()
    said = capsys.readouterr().out
    assert f"50 / {ROWS} (11 %)" in said and f"{ROWS} / {ROWS} (100 %)" in said, said
