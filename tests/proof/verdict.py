"""After the races: what each case's history and money say, against what everybody was told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from city import City
from demo.api import until
from faults.patient import Patient

from .races import Race

NOTICES = 20
_MOVES = {"submit", "accept", "reject", "request_supplement", "withdraw", "approve", "deny"}
_OVER = {"withdrawn", "denied", "not_accepted"}
_MONEY = """SELECT o.case_id, o.id, o.state, o.amount_cents, c.state AS capture, c.amount_cents AS captured,
 coalesce((SELECT sum(r.amount_cents) FROM refund r WHERE r.capture_id = c.id AND r.state = 'succeeded'), 0) AS returned
FROM payment_order o LEFT JOIN capture c ON c.order_id = o.id"""


async def verdict(city: City, races: Sequence[Race]) -> list[str]:
    """What does not agree; empty is well."""
    histories, money = await _histories(city), await _money(city)
    states = dict(await city.sql("case-svc", "SELECT id::text, state FROM cases"))
    found = [f"{race}: {sentence}" for race in races for sentence in race.wrong]
    for race in races:
        case_id = race.walk.case_id
        sentences = [
            *_one_path(histories[case_id], states[case_id]),
            *_told_is_written(race, histories[case_id]),
            *_money_follows(states[case_id], money[case_id]),
        ]
        found += [f"{race} is {states[case_id]}: {sentence}" for sentence in sentences]
    return found


async def outcomes(city: City, races: Sequence[Race]) -> list[str]:
    """How the races of each kind ended, for whoever wants to see that both sides win at times."""
    states = dict(await city.sql("case-svc", "SELECT id::text, state FROM cases"))
    ends = Counter((race.name, states[race.walk.case_id]) for race in races)
    return [f"{name}: {state} {count}" for (name, state), count in sorted(ends.items())]


async def money_came_back(city: City) -> None:
    """Waits until no refund is on its way: the bank takes its time. Raises NeverHappened."""

    async def none_due() -> bool | None:
        return not await city.sql("payment-svc", "SELECT 1 FROM capture WHERE state = 'refund_due'") or None

    await until("退款到账", none_due, 120)


async def notices_came_often(outside: Patient) -> list[str]:
    """That the proof is one: each notice of money was carried so many times at once."""
    page = await outside.control("GET", "/notices?partner=bank&limit=10000")
    return [
        f"notice {notice['notice_id']} came {len(notice['deliveries'])} times only"
        for notice in page["notices"]
        if len(notice["deliveries"]) < NOTICES
    ]


def _one_path(history: list[Any], state: str) -> Iterator[str]:
    """Each step begins where the one before ended, and the last one ends where the case is."""
    place = "draft"
    for row in history:
        if row["from_state"] != place:
            yield f"{row['action']} begins at {row['from_state']}, the step before ended at {place}"
        place = row["to_state"]
    if place != state:
        yield f"its history ends at {place}"
    decisions = [row["action"] for row in history if row["action"] in ("approve", "deny")]
    if len(decisions) > 1:
        yield f"decided {decisions}"


def _told_is_written(race: Race, history: list[Any]) -> Iterator[str]:
    """Whatever was acknowledged is in the history as often, and what was refused is not."""
    written = Counter(row["action"] for row in history)
    raced = {one.move.action for one in race.answers} & _MOVES
    for action in raced:
        if written[action] != race.taken.get(action, 0):
            yield f"{action} was acknowledged {race.taken.get(action, 0)} times, its history has {written[action]}"


def _money_follows(state: str, orders: list[Any]) -> Iterator[str]:
    kept = sum(row["captured"] - row["returned"] for row in orders if row["captured"])
    if len({row["id"] for row in orders}) > 1:
        yield "it has more than one order"
    if sum(row["capture"] == "applied" for row in orders) > 1:
        yield "money was applied twice"
    if state in _OVER and kept:
        yield f"{kept} fen were kept"
    if state == "in_production" and kept != orders[0]["amount_cents"]:
        yield f"{kept} fen were kept, {orders[0]['amount_cents']} are due"
    for row in orders:
        if row["capture"] in ("held", "refund_due"):
            yield f"money is still {row['capture']}"


async def _histories(city: City) -> dict[str, list[Any]]:
    rows = await city.sql(
        "case-svc",
        "SELECT case_id::text, action, from_state, to_state FROM case_history WHERE version IS NOT NULL"
        " ORDER BY case_id, version",
    )
    return _grouped(rows)


async def _money(city: City) -> dict[str, list[Any]]:
    return _grouped(await city.sql("payment-svc", _MONEY))


def _grouped(rows: Sequence[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[str(row["case_id"])].append(row)
    return grouped
