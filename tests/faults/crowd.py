"""The people of a storm: citizens and officers behind doors of their own."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field

from city import City
from demo.client import Citizen, Officer
from demo.partners import Bank, Phone
from demo.samples import id_number, phone_number

from .patient import Door, Patient
from .walks import STORIES, Story, Walk

PASSWORD = "lantern-Harbour-73"
BRANCHES = ("XC", "BL", "LH")


@dataclass
class Crowd:
    """`outside` is who has no account: the payer at the bank's cashier, the sandbox's control.

    `papers`: by item, the material its applicants upload.
    """

    city: City
    outside: Patient
    troubles: Counter[str] = field(default_factory=Counter)
    citizens: list[Citizen] = field(default_factory=list)
    officers: dict[str, Officer] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    _doors: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @classmethod
    async def gather(cls, city: City, citizens: int) -> "Crowd":
        """Registers the citizens, by password too, and logs the officers in, before anything is broken."""
        outside = Patient(city.platform.url, city.platform.sandbox, city.platform.control_token)
        crowd = cls(city, outside)
        outside.troubles = crowd.troubles
        await crowd._doors.enter_async_context(outside)
        for branch in BRANCHES:
            for rank in (1, 2):
                await crowd.admit_officer(f"{branch}-HUZHENG-{rank}")
        for story in STORIES:
            guide = await outside.call("GET", f"/api/catalog/items/{story.item}")
            crowd.papers[story.item] = next(
                paper["key"]
                for paper in guide["materials"]
                if (paper["source"], paper["form"]) == ("applicant", "electronic")
            )
        for first in range(0, citizens, 4):
            await asyncio.gather(*(crowd._admit_citizen() for _ in range(min(4, citizens - first))))
        return crowd

    def walk(self, number: int, story: Story) -> Walk:
        """The `number`-th case: citizens and branches take turns."""
        branch = BRANCHES[number % len(BRANCHES)]
        return Walk(
            story=story,
            citizen=self.citizens[number % len(self.citizens)],
            reviewer=self.officers[f"{branch}-HUZHENG-1"],
            head=self.officers[f"{branch}-HUZHENG-2"],
            bank=Bank(self.outside),
            branch=branch,
            paper=self.papers[story.item],
        )

    async def admit_officer(self, badge_no: str) -> Officer:
        """Logs in with the password that the city knows."""
        door = await self._door(badge_no=badge_no, password=self.city.logins[badge_no])
        await door.renew()
        self.officers[badge_no] = Officer(door, "")
        return self.officers[badge_no]

    async def close(self) -> None:
        await self._doors.aclose()

    async def _door(self, **log_in: str) -> Door:
        platform = self.city.platform
        door = Door(platform.url, platform.sandbox, troubles=self.troubles, log_in=log_in)
        return await self._doors.enter_async_context(door)

    async def _admit_citizen(self) -> None:
        phone = Phone(self.outside, phone_number(self.city.chance))
        door = await self._door(phone=phone.number, password=PASSWORD)
        asked = {"phone": phone.number, "purpose": "register"}
        ticket = (await door.call("POST", "/api/identity/codes", asked))["code_ticket"]
        proof = {"code": await phone.code(), "code_ticket": ticket}
        body = {"phone": phone.number, **proof, "password": PASSWORD}
        door.admit((await door.call("POST", "/api/identity/accounts", body))["session"])
        checked = {"name": "赵小雨", "id_number": id_number(self.city.chance)}
        await door.call("POST", "/api/identity/real-name", checked)
        await door.renew()  # a token that says so
        self.citizens.append(Citizen(door, ""))
