"""identity-svc and gateway as processes, the stores between them, and a way from one to the other that can be cut."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from chassis.testing.servers import free_port
from embedded.ports import LOOPBACK
from embedded.services import GATEWAY, PARTNERS
from embedded.stack import EmbeddedStack

MAX_AGE = 8.0
"""Seconds; the product's bound is 30."""
REQUIRED = 5.0
"""Seconds in which a revocation must be in force."""


class Way:
    """A port that leads to another, until it is cut."""

    def __init__(self) -> None:
        self.port = free_port()
        self.to = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._join, LOOPBACK, self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection(LOOPBACK, self.to)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError):
                while some := await reader.read(65_536):
                    writer.write(some)
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()


async def _always_well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Plays every other service: 200 to whatever comes, but nobody has cases."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while head := (await reader.readuntil(b"\r\n\r\n")).lower():
            nobodys = head.startswith(b"get /api/cases") and b"\r\nauthorization:" not in head
            status = b"401 Unauthorized" if nobodys else b"200 OK"
            writer.write(
                b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}" % status
            )
    writer.close()


@dataclass
class Surroundings:
    """`identity` is asked directly: a revocation is committed whatever the gateway can reach."""

    stack: EmbeddedStack
    way: Way
    http: aiohttp.ClientSession
    logins: dict[str, str]

    @property
    def identity(self) -> str:
        return self.stack.url("identity-svc")

    @property
    def gateway(self) -> str:
        return self.stack.url(GATEWAY)

    async def log_in(self, login: str) -> dict[str, Any]:
        """`login`: a phone or a badge number of the demonstration."""
        by = "phone" if login.isdigit() else "badge_no"
        body = {by: login, "password": self.logins[login]}
        async with self.http.post(f"{self.identity}/api/identity/sessions", json=body) as answer:
            assert answer.status == 201, await answer.text()
            return await answer.json()

    async def ask_identity(self, method: str, path: str, session: dict[str, Any], body: object = None) -> Any:
        async with self.http.request(
            method, f"{self.identity}/api/identity{path}", json=body, headers=_bearer(session)
        ) as answer:
            assert answer.status < 300, (answer.status, await answer.text())
            return await answer.json() if answer.status == 200 else None

    async def refresh(self, refresh_token: str) -> int:
        """The status; used again, an old token ends its session."""
        path = f"{self.identity}/api/identity/sessions/refresh"
        async with self.http.post(path, json={"refresh_token": refresh_token}) as answer:
            return answer.status

    async def forget_grace(self) -> None:
        """Lets the seconds pass in which a lost answer is forgiven."""
        connection = await asyncpg.connect(self.stack.database_url("identity-svc"))
        await connection.execute("UPDATE session SET rotated_at = rotated_at - interval '1 minute'")
        await connection.close()

    async def at_the_door(self, session: dict[str, Any] | None) -> tuple[int, str]:
        """Status and problem of a personal request through the gateway; without a session, of a public one."""
        path = "/api/cases/mine" if session else "/api/catalog/items"
        async with self.http.get(self.gateway + path, headers=_bearer(session) if session else {}) as answer:
            found = json.loads(await answer.read())
            return answer.status, str(found.get("type", "")).removeprefix("/problems/")

    async def refused(self, session: dict[str, Any], began: float) -> float:
        """Waits until the gateway refuses the session; seconds since `began`. Fails after the time required."""
        return await self._until(session, (401, "session-revoked"), began, REQUIRED)

    async def let_in(self, session: dict[str, Any], seconds: float = 40.0) -> float:
        return await self._until(session, (200, ""), time.monotonic(), seconds)

    async def unknown(self, session: dict[str, Any]) -> float:
        return await self._until(session, (503, "revocations-unknown"), time.monotonic(), MAX_AGE + REQUIRED)

    async def _until(
        self, session: dict[str, Any], wanted: tuple[int, str], began: float, seconds: float
    ) -> float:
        found = None
        while time.monotonic() - began < seconds:
            asked = time.monotonic()
            if (found := await self.at_the_door(session)) == wanted:
                return asked - began
            await asyncio.sleep(0.02)
        raise AssertionError(f"{found} after {seconds} s, not {wanted}")

    async def told(self, channel: str) -> None:
        """Until `channel` has told everything once more."""
        before = await self._count(channel)
        async with asyncio.timeout(40):
            while await self._count(channel) <= before + 1:
                await asyncio.sleep(0.05)

    async def _count(self, channel: str) -> float:
        async with self.http.get(f"{self.gateway}/metrics") as answer:
            text = await answer.text()
        name = f'gateway_revocation_looks_total{{channel="{channel}",outcome="told"}}'
        return next((float(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0.0)

    async def only(self, channel: str | None) -> None:
        """Breaks the two other channels, or all three; what is revoked from now on comes by this one."""
        if channel != "identity":
            await self.way.cut()
        if channel != "redis":
            self.stack.kill("valkey")
        if channel != "kafka":
            self.stack.kill("broker")

    async def mended(self) -> None:
        """All channels there again, and each of them telling."""
        await self.way.mend()
        for part in ("valkey", "broker", "identity-svc", GATEWAY):
            if not self.stack.processes[part].running:
                await self.stack.restart(part)
        for channel in ("identity", "redis", "kafka"):
            await self.told(channel)


@contextlib.asynccontextmanager
async def surroundings(folder: Path) -> AsyncIterator[Surroundings]:
    way = Way()
    others = await asyncio.start_server(_always_well, LOOPBACK, 0)
    well = f"http://{LOOPBACK}:{others.sockets[0].getsockname()[1]}"
    names = ("CATALOG", "CASE", "PAYMENT", "COURIER", "EVALUATION")
    door = {f"{name}_URL": well for name in names}
    door |= {"IDENTITY_URL": f"http://{LOOPBACK}:{way.port}", "REVOCATION_VIEW_MAX_AGE": str(MAX_AGE)}
    stack = EmbeddedStack(folder, services=(PARTNERS, "identity-svc", GATEWAY), extra={GATEWAY: door})

    def started(name: str, seconds: float | None) -> None:
        way.to = stack.around.ports["identity-svc"]

    try:
        await way.mend()
        await stack.start(started)
        async with aiohttp.ClientSession() as http:
            logins = json.loads(stack.folder.demo_accounts.read_text())
            yield Surroundings(stack, way, http, _passwords(logins))
    finally:
        await way.cut()
        await stack.stop()
        others.close()


def _passwords(logins: list[dict[str, Any]]) -> dict[str, str]:
    return {one.get("phone") or one["badge_no"]: one["password"] for one in logins}


def _bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}
