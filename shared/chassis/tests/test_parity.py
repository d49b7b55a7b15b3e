"""An owner counts and hashes its days; whoever hears of them finds where they know otherwise."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.clock import SHANGHAI, now
from chassis.parity import Apart, FactMember, Hour, apart, hours_apart, keep_tally, kept_tallies
from chassis.parity.days import last_closed, next_at
from chassis.parity.kept import TalliedMeanwhile
from chassis.parity.tallying import KIND
from chassis.testing import Running, bearer, plan_of
from chassis.testing.plans import unindexed
from contracts.tallies import FactTally, HourTally
from hypothesis import given
from hypothesis import strategies as st
from sample.service import SOLD, SampleDayTallied

DAY = last_closed(now())
ONE = timedelta(days=1)
ME = "sample-svc"


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


async def sell(svc: Running, *sales: tuple[datetime, str | None, int]) -> list[UUID]:
    ids = [uuid4() for _ in sales]
    async with svc.uow() as uow:
        for id, (when, what, cents) in zip(ids, sales, strict=True):
            await uow.execute("INSERT INTO sale VALUES ($1, $2, $3, $4)", id, when, what, cents)
    return ids


async def count_from(svc: Running, day: date) -> None:
    """As if counting had begun so that `day` is the first that counts."""
    async with svc.uow() as uow:
        await uow.execute("UPDATE day_tally SET day = $1 WHERE revision = 0", day - ONE)


async def night(svc: Running) -> None:
    async with svc.uow() as uow:
        uow.enqueue(KIND, "recurring")
    await svc.run_jobs()


async def told(svc: Running) -> list[tuple[date, int, int]]:
    """(day, revision, how many facts) of what was published, oldest first."""
    events = [event for event in await svc.emitted() if isinstance(event, SampleDayTallied)]
    return [
        (event.day, event.revision, sum(hour.count for fact in event.facts for hour in fact.hours))
        for event in events
    ]


async def tally_of(svc: Running, day: date = DAY) -> FactTally:
    async with svc.uow() as uow:
        return await SOLD.tally(uow, day)


def a_day(revision: int, digest: str = "0" * 16) -> SampleDayTallied:
    facts = (FactTally(fact="sample.sold", hours=(HourTally(hour=3, count=1, digest=digest),)),)
    return SampleDayTallied(day=DAY, revision=revision, facts=facts, tallied_at=now())


async def test_an_hour_begins_on_its_first_microsecond_and_a_day_at_shanghais_midnight(sample: Running):
    await sell(
        sample, (at("23:59:59.999999", DAY - ONE), "before", 1), (at("00:00"), "first", 1),
        (at("07:59:59.999999"), "morning", 1), (at("08:00"), "utc midnight", 1),
        (at("23:59:59.999999"), "last", 1), (at("00:00", DAY + ONE), "after", 1),
    )  # fmt: skip
    assert [(hour.hour, hour.count) for hour in (await tally_of(sample)).hours] == [
        (0, 1), (7, 1), (8, 1), (23, 1),
    ]  # fmt: skip
    async with sample.uow() as uow:
        says = [one.says["what"] async for one in SOLD.members(uow, Hour(DAY, 23))]
    assert says == ["last"]


async def test_the_digest_looks_at_every_column_and_at_no_order(sample: Running):
    rows = [(at("09:00") + timedelta(seconds=n), f"thing {n}", n) for n in range(20)]
    ids = await sell(sample, *rows)
    before = await tally_of(sample)
    shuffled = list(zip(ids, rows, strict=True))
    Random(5).shuffle(shuffled)
    async with sample.uow() as uow:
        await uow.execute("DELETE FROM sale")
        for id, row in shuffled:
            await uow.execute("INSERT INTO sale VALUES ($1, $2, $3, $4)", id, *row)
    assert await tally_of(sample) == before
    for change in ("cents = cents + 1", "what = NULL", "id = gen_random_uuid()"):
        async with sample.uow() as uow:
            await uow.execute(f"UPDATE sale SET {change} WHERE id = $1", ids[7])
        changed = await tally_of(sample)
        assert changed != before
        before = changed


async def test_the_same_row_twice_is_not_the_same_as_never(sample: Running):
    [id] = await sell(sample, (at("09:00"), "x", 1))
    async with sample.uow() as uow:
        for _ in range(2):
            await uow.execute("INSERT INTO sale SELECT * FROM sale WHERE id = $1 LIMIT 1", id)
    assert (await tally_of(sample)).hours[0].count == 3


async def test_a_night_tells_each_day_once(sample: Running):
    await count_from(sample, DAY)
    await sell(sample, (at("09:00"), "x", 1))
    await night(sample)
    await night(sample)
    assert await told(sample) == [(DAY, 1, 1)]
    run_at = await sample.service.pool.fetchval("SELECT run_at FROM job WHERE kind = $1", KIND)
    assert run_at == next_at(now(), time(2, 30)) and run_at > now()


async def test_a_day_without_anything_is_told_too(sample: Running):
    await count_from(sample, DAY)
    await night(sample)
    assert await told(sample) == [(DAY, 1, 0)]


async def test_days_missed_are_counted_later_each_for_itself(sample: Running):
    first = DAY - 20 * ONE
    await count_from(sample, first)
    await sell(sample, (at("10:00", first + ONE), "x", 1))
    async with sample.uow() as uow:
        await sample.service.state.days.count(uow, first)
    await night(sample)
    found = await told(sample)
    assert [day for day, _, _ in found] == [first + n * ONE for n in range(21)]
    assert [count for _, _, count in found] == [0, 1, *[0] * 19]


async def test_counting_begins_with_the_first_whole_day(sample: Running):
    await sell(sample, (at("09:00"), "before there was a table", 1))
    await night(sample)
    assert await told(sample) == []
    async with sample.uow() as uow:
        assert await kept_tallies(uow, now().astimezone(SHANGHAI).date(), [ME]) == {}


async def test_a_late_fact_is_told_as_the_next_revision_of_its_day(sample: Running):
    await count_from(sample, DAY - 30 * ONE)
    await night(sample)
    late, too_late = DAY - 6 * ONE, DAY - 7 * ONE
    await sell(sample, (at("09:00", late), "parked", 1), (at("09:00", too_late), "parked", 1))
    before = len(await told(sample))
    await night(sample)
    assert (await told(sample))[before:] == [(late, 2, 1)]


async def test_who_counts_the_same_day_at_once_tells_it_once(sample: Running):
    await count_from(sample, DAY)
    days = sample.service.state.days
    with pytest.raises((TalliedMeanwhile, asyncpg.UniqueViolationError)):
        async with sample.uow() as slow:
            await days.count(slow, DAY)
            async with sample.uow() as fast:
                await days.count(fast, DAY)
    assert await told(sample) == [(DAY, 1, 0)]


async def test_an_earlier_revision_that_comes_late_is_let_go(sample: Running):
    async with sample.uow() as uow:
        await uow.execute("DELETE FROM day_tally")
        heard = [await keep_tally(uow, a_day(revision, f"{revision:016x}")) for revision in (1, 3, 2, 3)]
    assert heard == [True, True, False, False]
    async with sample.uow() as uow:
        kept = (await kept_tallies(uow, DAY, [ME]))[ME]
    assert (kept.revision, kept.facts["sample.sold"].hours[0].digest) == (3, f"{3:016x}")


async def test_single_facts_are_handed_out_page_by_page(sample: Running):
    ids = sorted(await sell(sample, *[(at("09:00"), "x", n) for n in range(7)]))
    found, after = [], None
    while True:
        query = "?limit=3" + (f"&after={after}" if after else "")
        answer = await ask(sample, f"/facts/sample.sold/days/{DAY}/hours/9{query}")
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if (after := answer.json()["next"]) is None:
            break
    assert [UUID(one["id"]) for one in found] == ids
    assert all(one["says"]["what"] == "x" for one in found)


async def test_a_day_is_handed_out_as_it_stands_once_it_was_counted(sample: Running):
    await count_from(sample, DAY)
    await sell(sample, (at("09:00"), "x", 1))
    before = (await ask(sample, f"/days/{DAY}")).json()
    assert (before["revision"], before["facts"]) == (0, [])
    await night(sample)
    await sell(sample, (at("09:00"), "y", 1))
    later = (await ask(sample, f"/days/{DAY}")).json()
    assert later["revision"] == 1
    assert [FactTally.model_validate(fact) for fact in later["facts"]] == [await tally_of(sample)]


async def test_rows_of_one_id_are_never_torn_apart_by_a_page(sample: Running):
    [twice, *_] = sorted(await sell(sample, *[(at("09:00"), "x", n) for n in range(3)]))
    async with sample.uow() as uow:
        await uow.execute("INSERT INTO sale SELECT id, sold_at, 'y', cents FROM sale WHERE id = $1", twice)
    page = (await ask(sample, f"/facts/sample.sold/days/{DAY}/hours/9?limit=1")).json()
    assert [one["id"] for one in page["items"]] == [str(twice)] * 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/facts/sample.stolen/days/2026-11-01/hours/9", 404),
        ("/facts/sample.sold/days/2026-11-31/hours/9", 422),
        ("/facts/sample.sold/days/2026-11-01/hours/24", 422),
        ("/facts/sample.sold/days/2026-11-01/hours/9?after=x", 422),
        ("/facts/sample.sold/days/2026-11-01/hours/9?limit=0", 422),
        ("/days/0001-01-01", 422),
        ("/days/9999-12-31", 422),
        ("/days/today", 422),
    ],
)
async def test_a_bad_question_gets_a_clear_error(sample: Running, path: str, status: int):
    answer = await ask(sample, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_only_the_readers_may_ask(sample: Running):
    for token, status in ((sample.tokens.service("other-svc"), 403), (None, 401)):
        answer = await sample.client.get(
            f"/internal/parity/days/{DAY}", headers=bearer(token) if token else {}
        )
        assert answer.status_code == status


async def test_a_day_is_found_by_its_index(sample: Running):
    async with sample.as_owner() as connection:
        await connection.execute(
            "INSERT INTO sale SELECT gen_random_uuid(), now() - n * interval '1 min', 'x', n"
            " FROM generate_series(1, 30000) AS n"
        )
        await connection.execute("ANALYZE sale")
        for sql in (SOLD.tally_sql, SOLD.members_sql):
            assert "Index Cond" in await plan_of(connection, sql)
            assert await unindexed(connection, sql) is None


async def ask(svc: Running, path: str) -> Any:
    headers = bearer(svc.tokens.service("reader-svc"))
    return await svc.client.get(f"/internal/parity{path}", headers=headers)


def test_days_close_some_minutes_after_shanghais_midnight():
    def closed(clock: str) -> date:
        return last_closed(datetime.fromisoformat(f"2026-11-28T{clock}+08:00").astimezone(UTC))

    assert closed("00:09") == date(2026, 11, 26)
    assert closed("00:10") == closed("23:59") == date(2026, 11, 27)


def test_the_next_night_is_after_now():
    night = time(2, 30)
    for clock, day in (("02:29:59", 28), ("02:30", 29), ("23:00", 29)):
        found = next_at(datetime.fromisoformat(f"2026-11-28T{clock}+08:00").astimezone(UTC), night)
        assert found == datetime(2026, 11, day, 2, 30, tzinfo=SHANGHAI)


def test_an_hour_is_read_as_it_is_written():
    assert Hour.read(str(Hour(DAY, 5))) == Hour(DAY, 5)
    assert (Hour(DAY, 23).bounds[1], Hour(DAY, 0).bounds[0]) == (at("00:00", DAY + ONE), at("00:00"))


IDS = [UUID(int=n) for n in range(4)]
SIDES = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(["1", "2"])), max_size=6)


@given(SIDES, SIDES)
def test_sides_are_apart_on_exactly_the_ids_of_which_they_say_otherwise(left, right):
    def members(side):
        return [FactMember(id, {"cents": cents}) for id, cents in side]

    found = apart(members(left), members(right))
    expected = [
        id for id in IDS if sorted(c for i, c in left if i == id) != sorted(c for i, c in right if i == id)
    ]
    assert [one.id for one in found] == expected
    assert [(one.ours is None, one.theirs is None) for one in found] == [
        (id not in [i for i, _ in left], id not in [i for i, _ in right]) for id in expected
    ]


def test_what_each_side_says_is_told():
    ours = [FactMember(IDS[1], {"cents": "1"})]
    theirs = [FactMember(IDS[1], {"cents": "2"}), FactMember(IDS[2], {"cents": "3"})]
    assert apart(ours, theirs) == [
        Apart(IDS[1], {"cents": "1"}, {"cents": "2"}),
        Apart(IDS[2], None, {"cents": "3"}),
    ]


def test_hours_differ_by_count_digest_or_being_there():
    def tally(**hours: tuple[int, str]) -> FactTally:
        counted = [HourTally(hour=int(h[1:]), count=n, digest=digest) for h, (n, digest) in hours.items()]
        return FactTally(fact="f", hours=tuple(counted))

    ours = tally(h0=(1, "a"), h1=(1, "a"), h2=(1, "a"), h3=(1, "a"))
    theirs = tally(h0=(1, "a"), h1=(2, "a"), h2=(1, "b"), h23=(1, "a"))
    assert hours_apart(ours, theirs) == [1, 2, 3, 23]
    assert hours_apart(None, ours) == [0, 1, 2, 3] and hours_apart(None, None) == []
