"""When the storm is over: everything sent, taken, applied and acknowledged; nothing parked, nothing failing."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from city import City
from embedded.services import SERVICES

from .patient import Patient

# Recurring jobs are always about to run.
_LEFT = """SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS "unsent events",
 (SELECT count(*) FROM parked_message) AS "parked messages",
 (SELECT count(*) FROM job WHERE last_error IS NOT NULL) AS "failing jobs",
 (SELECT count(*) FROM job WHERE run_at <= now() AND key <> 'recurring') AS "jobs due" """


@dataclass(frozen=True)
class Events:
    """`told`: every event in any outbox, with its type. `taken`: what each service's inbox has, likewise."""

    told: dict[UUID, str]
    taken: dict[str, dict[UUID, str]]

    def missing(self) -> list[str]:
        """Events that a consumer of their type has not taken, and ones nobody told."""
        found = []
        for service, inbox in self.taken.items():
            types = set(inbox.values())
            due = {event for event, type in self.told.items() if type in types}
            if lacking := due - inbox.keys():
                found.append(f"{service} has not taken {len(lacking)}: {_some(lacking, self.told)}")
            if strange := inbox.keys() - self.told.keys():
                found.append(f"{service} took {len(strange)} that nobody told: {_some(strange, inbox)}")
        return found


async def events(city: City) -> Events:
    told: dict[UUID, str] = {}
    taken: dict[str, dict[UUID, str]] = {}
    for service in SERVICES:
        told |= dict(await city.sql(service, "SELECT event_id, type FROM outbox"))
        if inbox := dict(await city.sql(service, "SELECT event_id, type FROM inbox")):
            taken[service] = inbox
    return Events(told, taken)


def _some(ids: set[UUID], types: dict[UUID, str]) -> str:
    return ", ".join(f"{types[event]} {event}" for event in sorted(ids)[:3])


async def settled(city: City, outside: Patient, within: float = 180.0) -> list[str]:
    """Waits until nothing is left to do; what is, when it does not come to that. Empty is well."""
    deadline = time.monotonic() + within
    while left := await _left(city, outside):
        if time.monotonic() > deadline:
            return [f"after {int(within)} s still {what}" for what in left]
        await asyncio.sleep(0.5)
    return []


async def _left(city: City, outside: Patient) -> list[str]:
    left = []
    for service in SERVICES:
        (row,) = await city.sql(service, _LEFT)
        left += [f"{count} {what} of {service}" for what, count in row.items() if count]
    notices = (await outside.control("GET", "/notices?state=PENDING"))["notices"]
    left += [f"{len(notices)} notices of partners unacknowledged"] if notices else []
    return left or (await events(city)).missing()
