"""One platform for a test session: everything real, and the people who use it."""

import contextlib
import json
import os
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from demo.api import NeverHappened, Platform, until
from demo.client import Citizen, Officer
from demo.partners import Bank, Courier, Phone
from demo.samples import id_number, phone_number
from embedded.stack import EmbeddedStack

LIMITS_OPEN = {
    "gateway": {"IP_RATE": "10000", "IP_BURST": "20000", "LOG_IN_RATE": "1000", "LOG_IN_BURST": "5000"},
    "identity-svc": {
        "CODES_PER_ADDRESS_HOUR": "100000",
        "CODES_PER_ADDRESS_DAY": "100000",
        "SMS_PER_MINUTE": "100000",
        "SMS_PER_DAY": "100000",
        "ATTEMPTS_PER_ADDRESS": "100000",
    },
    "partners": {"PARTNERS_COURIER_STEP_SECONDS": "0.1", "PARTNERS_TIME_SCALE": "0.01"},
}
"""All stories come from one address; a city's do not."""


@dataclass
class City:
    """The running platform and the people on it."""

    stack: EmbeddedStack
    platform: Platform
    logins: dict[str, str]
    chance: random.Random

    @property
    def bank(self) -> Bank:
        return Bank(self.platform)

    @property
    def courier(self) -> Courier:
        return Courier(self.platform)

    async def citizen(self) -> Citizen:
        """A new citizen, real-name checked."""
        citizen = await Citizen.register(self.platform, Phone(self.platform, phone_number(self.chance)))
        await citizen.prove_identity("赵小雨", id_number(self.chance))
        return citizen

    async def officer(self, badge_no: str) -> Officer:
        return await Officer.log_in(self.platform, badge_no, self.logins[badge_no])

    async def sql(self, service: str, statement: str, *args: Any) -> list[Any]:
        """Looks into a service's database, or moves its dates: time passes by changing rows."""
        connection = await asyncpg.connect(self.stack.database_url(service))
        try:
            return await connection.fetch(statement, *args)
        finally:
            await connection.close()

    async def due_now(self, service: str, kind: str, key: str) -> None:
        """The day has come for one job."""

        async def found() -> Any:
            return (
                await self.sql(
                    service,
                    "UPDATE job SET run_at = now() WHERE kind = $1 AND key = $2 RETURNING id",
                    kind,
                    key,
                )
                or None
            )

        await until(f"job {kind} {key}", found)


@contextlib.asynccontextmanager
async def open_city(data: Path, extra: Mapping[str, dict[str, str]] | None = None) -> AsyncIterator[City]:
    """Starts everything below `data`, waits until the catalogue has reached case-svc, stops everything.

    extra: further environment, by part.
    """
    extra = extra or {}
    settings = {part: LIMITS_OPEN.get(part, {}) | extra.get(part, {}) for part in {*LIMITS_OPEN, *extra}}
    stack = EmbeddedStack(data, extra=settings, kafka_bootstrap=os.environ.get("TEST_KAFKA_BOOTSTRAP"))
    await stack.start()
    try:
        accounts = json.loads(stack.folder.demo_accounts.read_text())
        logins = {one["badge_no"]: one["password"] for one in accounts if one["kind"] == "officer"}
        async with Platform(stack.url("gateway"), stack.url("partners"), stack.control_token) as platform:
            city = City(stack, platform, logins, random.Random(os.getpid()))
            await _catalogue_known(city)
            yield city
    except NeverHappened as error:
        error.add_note(complaints(stack.folder.logs))
        raise
    finally:
        await stack.stop()


def complaints(logs: Path, word: str = "") -> str:
    """The last lines that are more than news and hold `word`, by part: for whoever reads why something went wrong."""
    told = []
    for file in sorted(logs.glob("*.log")):
        lines = [
            line
            for line in file.read_text(errors="replace").splitlines()
            if not _quiet(line) and word in line
        ]
        told += [f"{file.name}: {line[:400]}" for line in lines[-8:]]
    return "\n".join(told)


def _quiet(line: str) -> bool:
    return '"level":"info"' in line or '"level":"debug"' in line


async def _catalogue_known(city: City) -> None:
    async def known() -> bool | None:
        (row,) = await city.sql("case-svc", "SELECT count(*) AS items FROM item_version")
        return row["items"] >= 218 or None

    await until("218 事项到达 case-svc", known, 60)
