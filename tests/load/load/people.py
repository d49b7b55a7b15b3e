"""Who takes part: citizens registered through the API, officers from the demo accounts."""

import asyncio
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Person:
    """A logged-in citizen or officer."""

    headers: dict[str, str]


def id_number(number: int) -> str:
    """A well-formed resident number for a sample person; the sandbox knows every well-formed one."""
    body = f"11010119{80 + number % 20:02d}{1 + number % 12:02d}01{number % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


class Registrar:
    """Makes citizens by the way every citizen goes: code by SMS, registration, real-name check."""

    def __init__(self, http: aiohttp.ClientSession, gateway: str, partners: str, control_token: str) -> None:
        self._http = http
        self._gateway = gateway
        self._partners = partners
        self._control = {"Authorization": f"Bearer {control_token}"}
        self._numbers = itertools.count(1)

    async def citizen(self) -> Person:
        number = next(self._numbers)
        phone = f"139{number:08d}"
        await self._post("/api/identity/codes", {"phone": phone, "purpose": "register"})
        code = await self._code(phone)
        registered = await self._post(
            "/api/identity/accounts", {"kind": "person", "phone": phone, "code": code}
        )
        headers = {"Authorization": f"Bearer {registered['session']['access_token']}"}
        checked = await self._post(
            "/api/identity/real-name", {"name": "王小明", "id_number": id_number(number)}, headers
        )
        return Person({"Authorization": f"Bearer {checked['access_token']}"})

    async def officer(self, badge_no: str, password: str) -> Person:
        session = await self._post("/api/identity/sessions", {"badge_no": badge_no, "password": password})
        return Person({"Authorization": f"Bearer {session['access_token']}"})

    async def _code(self, phone: str) -> str:
        for _ in range(200):
            async with self._http.get(f"{self._partners}/control/sms/{phone}", headers=self._control) as answer:
                messages = (await answer.json())["messages"]
            if messages:
                found = re.search(r"\d{6}", messages[0]["text"])
                assert found is not None
                return found[0]
            await asyncio.sleep(0.05)
        raise RuntimeError(f"no code came to {phone}")

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        sent = {"Idempotency-Key": str(uuid4()), **(headers or {})}
        async with self._http.post(self._gateway + path, json=body, headers=sent) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{path}: {answer.status} {await answer.text()}")
            return await answer.json()


def demo_logins(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text())["accounts"])
