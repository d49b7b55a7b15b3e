"""Afterwards: every acknowledged id against the final states, our books against the partners' own.

Each check yields sentences about what does not agree; no sentence, no difference.
"""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from city import City

from .books import Check, differences, whole
from .money import MONEY, stored_notices
from .patient import Patient
from .settled import events
from .walks import Walk


async def reckon(city: City, outside: Patient, walks: Sequence[Walk]) -> list[str]:
    """What does not agree, after all walks that this platform has seen."""
    return [sentence for check in CHECKS async for sentence in check(city, outside, walks)]


async def books(city: City, outside: Patient, walks: Sequence[Walk]) -> list[str]:
    """What does not agree on a platform that saw other cases too; those of `walks` went their whole way."""
    return [sentence for check in BOOKS async for sentence in check(city, outside, walks)]


async def _cases_ended_as_told(city: City, outside: Patient, walks: Sequence[Walk]) -> AsyncIterator[str]:
    rows = await city.sql("case-svc", "SELECT id, state, case_no FROM cases")
    states = {str(row["id"]): row["state"] for row in rows}
    for walk in walks:
        if not walk.finished:
            yield f"did not end: {walk}"
        elif states.get(walk.case_id) != walk.story.ends:
            yield f"{walk} is {states.get(walk.case_id)}, not {walk.story.ends}"
    known = {walk.case_id for walk in walks}
    for case_id in states.keys() - known:
        yield f"case {case_id} is {states[case_id]}, and nobody was told of it"


async def _histories_have_no_gap(city: City, outside: Patient, walks: Sequence[Walk]) -> AsyncIterator[str]:
    """Versions run on from the submission to the last; each has one history row and one event."""
    rows = await city.sql(
        "case-svc",
        "SELECT c.id, c.version, array_agg(h.version ORDER BY h.version) AS told, count(h.case_id) FILTER"
        " (WHERE h.action = 'reviewed_by_applicant') AS reviews FROM cases c JOIN case_history h ON h.case_id = c.id"
        " GROUP BY c.id",
    )
    outbox = _by_key(
        await city.sql(
            "case-svc", "SELECT key, version FROM outbox WHERE topic = 'case.cases.v1' ORDER BY version"
        )
    )
    reviewed = {walk.case_id for walk in walks if walk.story.ends == "completed"}
    for row in rows:
        case_id = str(row["id"])
        versions = [version for version in row["told"] if version is not None]
        if versions != list(range(versions[0], row["version"] + 1)):
            yield f"case {case_id} of version {row['version']} has history of {versions}"
        if outbox[case_id] != versions:
            yield f"case {case_id} has history of {versions}, events of {outbox[case_id]}"
        if row["reviews"] != (case_id in reviewed):
            yield f"case {case_id} has {row['reviews']} reviews in its history"


async def _papers_are_there_once(city: City, outside: Patient, walks: Sequence[Walk]) -> AsyncIterator[str]:
    rows = await city.sql(
        "case-svc", "SELECT case_id, count(*) AS papers FROM case_material GROUP BY case_id"
    )
    papers = {str(row["case_id"]): row["papers"] for row in rows}
    for walk in walks:
        if papers.get(walk.case_id) != 1:
            yield f"{walk} has {papers.get(walk.case_id)} papers, not the one it uploaded"


async def _parcels_agree_with_the_courier(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    courier = await whole(outside, "/books/courier", ("orders",))
    rows = await city.sql(
        "courier-svc",
        "SELECT l.order_no, s.waybill_no, s.state, s.case_id FROM leg l JOIN shipment s ON s.id = l.shipment_id",
    )
    ours = [(row["order_no"], row["waybill_no"], row["state"].upper()) for row in rows]
    theirs = [(one["order_no"], one["waybill_no"], one["state"]) for one in courier["orders"]]
    for sentence in differences("parcels", ours, theirs):
        yield sentence
    parcels = Counter(str(row["case_id"]) for row in rows)
    for walk in walks:
        if parcels[walk.case_id] != walk.story.parcels:
            yield f"{walk} has {parcels[walk.case_id]} parcels, not {walk.story.parcels}"
    heard = await city.sql("courier-svc", "SELECT event_id FROM courier_report")
    scanned = [trace["event_id"] for order in courier["orders"] for trace in order["traces"]]
    for sentence in differences("scans", [row["event_id"] for row in heard], scanned):
        yield sentence


async def _acknowledged_notices_are_stored(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    """Every one that somebody answered with the partner's word for "got it"."""
    notices = (await whole(outside, "/notices", ("notices",)))["notices"]
    scans = {row["event_id"] for row in await city.sql("courier-svc", "SELECT event_id FROM courier_report")}
    money, of_ccb = await stored_notices(city)
    stored = {"ems": scans, "sf": scans, "ccb": of_ccb} | dict.fromkeys(
        ("bank", "wechat_pay", "alipay"), money
    )
    for notice in notices:
        name = notice["ref" if notice["partner"] == "ccb" else "notice_id"]
        if notice["state"] == "ACKED" and name not in stored[notice["partner"]]:
            yield f"{notice['partner']} was told {name} is here, and it is not"


async def _each_case_has_one_review(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    reviews = Counter(
        str(row["case_id"]) for row in await city.sql("evaluation-svc", "SELECT case_id FROM review")
    )
    for walk in walks:
        if reviews[walk.case_id] != (walk.story.ends == "completed"):
            yield f"{walk} has {reviews[walk.case_id]} reviews"
    (tally,) = await city.sql(
        "evaluation-svc",
        "SELECT (SELECT coalesce(sum(very_satisfied), 0) FROM review_tally WHERE dimension = 'item')"
        " + (SELECT count(*) FROM tally_mark WHERE level = 'very_satisfied') AS counted",
    )
    if tally["counted"] != reviews.total():
        yield f"{reviews.total()} reviews, the statistics counted {tally['counted']}"


async def _event_history_is_whole(city: City, outside: Patient, walks: Sequence[Walk]) -> AsyncIterator[str]:
    """Evaluation's own copy holds each event of the types it keeps once, with the very body that was told."""
    kept = await city.sql("evaluation-svc", "SELECT event_id, type FROM event_history")
    types = {row["type"] for row in kept}
    told = (await events(city)).told
    due = [event for event, type in told.items() if type in types]
    for sentence in differences("events in evaluation's history", [row["event_id"] for row in kept], due):
        yield sentence
    bodies = dict(
        await city.sql(
            "evaluation-svc", "SELECT event_id, payload::text FROM event_history WHERE type LIKE 'case.%'"
        )
    )
    for row in await city.sql(
        "case-svc", "SELECT event_id, convert_from(payload, 'UTF8') AS body FROM outbox"
    ):
        if row["event_id"] in bodies and json.loads(bodies[row["event_id"]]) != json.loads(row["body"]):
            yield f"evaluation keeps another body of event {row['event_id']}"


CHECKS: tuple[Check, ...] = (
    _cases_ended_as_told,
    _histories_have_no_gap,
    _papers_are_there_once,
    *MONEY,
    _parcels_agree_with_the_courier,
    _acknowledged_notices_are_stored,
    _each_case_has_one_review,
    _event_history_is_whole,
)

BOOKS: tuple[Check, ...] = tuple(check for check in CHECKS if check is not _cases_ended_as_told)


def _by_key(rows: Iterable[Any]) -> defaultdict[str, list[int]]:
    grouped: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        grouped[row["key"]].append(row["version"])
    return grouped
