"""A forger fills no disk: what is refused is told apart a little, and counted for the rest."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from chassis.partners import refusals as module
from chassis.partners.refusals import A_MINUTE, AN_HOUR, Refusals, floor_of


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 9, 0, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "now", clock)
    return clock


class Unit:
    """A unit of work that keeps what it is told, or fails."""

    def __init__(self) -> None:
        self.rows: dict = {}
        self.fails = False

    async def execute(self, sql, *columns):
        if self.fails:
            raise OSError
        self.rows |= {row[0]: row for row in zip(*columns, strict=True)}

    @contextlib.asynccontextmanager
    async def begin(self):
        yield self


async def test_a_flood_is_counted_and_keeps_a_few(clock):
    refusals, unit = Refusals(), Unit()
    for _ in range(3):
        for number in range(1_000):
            refusals.note("bank", "treasury", "signature", str(number).encode())
        await refusals.write(unit.begin)
    assert len(unit.rows) == A_MINUTE + 1
    assert sum(row[6] for row in unit.rows.values()) == 3_000
    assert sum(row[8] is None for row in unit.rows.values()) == 1, "of many there is no digest"


async def test_an_hour_of_flood_is_bounded_and_one_partner_costs_no_other(clock):
    refusals, unit = Refusals(), Unit()
    for minute in range(60):
        clock.now = datetime(2026, 11, 28, 9, minute, 1, tzinfo=UTC)
        for number in range(50):
            refusals.note("bank", "treasury", ("signature", "stale")[number % 2], b"x")
        await refusals.write(unit.begin)
    assert len(unit.rows) <= AN_HOUR + 2 * 6
    assert sum(row[6] for row in unit.rows.values()) == 3_000

    refusals.note("ccb", "treasury", "signature", b"their first")
    await refusals.write(unit.begin)
    (own,) = [row for row in unit.rows.values() if row[1] == "ccb"]
    assert own[6] == 1 and own[8] is not None


async def test_what_could_not_be_written_waits(clock):
    refusals, unit = Refusals(), Unit()
    refusals.note("bank", "treasury", "stale", b"1")
    unit.fails = True
    with pytest.raises(OSError):
        await refusals.write(unit.begin)
    refusals.note("bank", "treasury", "stale", b"2")
    unit.fails = False
    await refusals.write(unit.begin)
    assert len(unit.rows) == 2


def test_ids_given_later_are_above_the_floor():
    moment = datetime.now(UTC)
    assert floor_of(moment - timedelta(seconds=1)) < module.uuid7() < floor_of(moment + timedelta(minutes=1))
