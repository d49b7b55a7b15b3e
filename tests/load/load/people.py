"""Who takes part: citizens registered through the API, officers from the demo accounts."""

import asyncio
import itertools
import re
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Person:
    """A logged-in citizen or officer. `id` is the account; officers' stays None, nobody asks for it."""

    headers: dict[str, str]
    refresh_token: str
    id: UUID | None = None


def id_number(number: int) -> str:
    """A well-formed resident number for a sample person; the sandbox knows every well-formed one."""
    body = f"110101{1960 + number % 40}{1 + number % 12:02d}{1 + number // 12 % 28:02d}{number % 1000:03d}"
    return (
        body
        + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    )


class Registrar:
    """Makes citizens by the way every citizen goes: code by SMS, registration, real-name check."""

    def __init__(self, http: aiohttp.ClientSession, gateway: str, partners: str, control_token: str) -> None:
        self._http = http
        self._gateway = gateway
        self._partners = partners
        self._control = {"Authorization": f"Bearer {control_token}"}
        # Another start over the same data finds the earlier citizens registered: begin elsewhere.
        self._numbers = itertools.count(int(time.time()) % 10_000_000 * 10)

    async def citizens(self, count: int) -> list[Person]:
        made: list[Person] = []
        for _ in range(0, count, 8):
            made += await asyncio.gather(*(self._citizen() for _ in range(min(8, count - len(made)))))
        return made

    async def _citizen(self) -> Person:
        number = next(self._numbers)
        phone = f"139{number % 100_000_000:08d}"
        sent = await self._post("/api/identity/codes", {"phone": phone, "purpose": "register"})
        proof = {"code": await self._code(phone), "code_ticket": sent["code_ticket"]}
        registered = await self._post("/api/identity/accounts", {"kind": "person", "phone": phone, **proof})
        checked = await self._post(
            "/api/identity/real-name",
            {"name": "王小明", "id_number": id_number(number)},
            _bearer(registered["session"]["access_token"]),
        )
        return Person(
            _bearer(checked["access_token"]),
            registered["session"]["refresh_token"],
            UUID(registered["account"]["account_id"]),
        )

    async def officer(self, badge_no: str, password: str) -> Person:
        session = await self._post("/api/identity/sessions", {"badge_no": badge_no, "password": password})
        return Person(_bearer(session["access_token"]), session["refresh_token"])

    async def refresh(self, person: Person) -> None:
        """A new access token: they live ten minutes, and seeding may take longer."""
        session = await self._post("/api/identity/sessions/refresh", {"refresh_token": person.refresh_token})
        person.headers, person.refresh_token = _bearer(session["access_token"]), session["refresh_token"]

    async def _code(self, phone: str) -> str:
        for _ in range(400):
            async with self._http.get(
                f"{self._partners}/control/sms/{phone}", headers=self._control
            ) as answer:
                messages = (await answer.json())["messages"]
            if messages and (found := re.search(r"\d{6}", messages[0]["text"])):
                return found[0]
            await asyncio.sleep(0.05)
        raise RuntimeError(f"no code came to {phone} in 20 s")

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        sent = {"Idempotency-Key": str(uuid4()), **_JSON, **(headers or {})}
        async with self._http.post(self._gateway + path, data=orjson.dumps(body), headers=sent) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{path}: {answer.status} {await answer.text()}")
            return orjson.loads(await answer.read())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
