"""A computer shows a code, a phone that is logged in scans it and confirms, the computer gets its session."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin

from ...domain.devices import Client
from ...domain.ways_in.errors import QrGone
from ...domain.ways_in.qr import CODE_BYTES, QrAsked, QrSeen, QrState
from ..attempts import Attempts
from ..open_session import IssuedTokens, OpenSession
from .ports import QrLogIns

LONGEST_WAIT: Final = 10.0
"""Seconds that a computer's question may wait for news; shorter than anything on the way is patient."""
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class QrShown:
    """`code` goes into the picture, `secret` to nobody."""

    id: UUID
    code: str
    secret: str


class LogInByQr:
    def __init__(
        self, begin: Begin, log_ins: QrLogIns, attempts: Attempts, open_session: OpenSession
    ) -> None:
        self._begin = begin
        self._log_ins = log_ins
        self._attempts = attempts
        self._open_session = open_session

    async def show(self, uow: UnitOfWork, client: Client) -> QrShown:
        """Raises TooManyAttempts."""
        await self._attempts.take(uow, self._attempts.at_qr(client.address))
        shown = QrShown(uuid7(), secrets.token_urlsafe(CODE_BYTES), secrets.token_urlsafe(CODE_BYTES))
        await self._log_ins.ask(uow, shown.id, shown.code, shown.secret, client)
        return shown

    async def scan(self, uow: UnitOfWork, code: str, account_id: UUID, session_id: UUID) -> QrAsked:
        """Who asks; from now on this phone alone answers. Raises QrGone."""
        asked = await self._log_ins.scan(uow, code, account_id, session_id)
        if asked is None:
            raise QrGone
        return asked

    async def show_now(self, client: Client) -> QrShown:
        """For a page that a GET shows: in a transaction of its own."""
        async with self._begin() as uow:
            return await self.show(uow, client)

    async def scan_now(self, code: str, account_id: UUID, session_id: UUID) -> QrAsked:
        """For the page that a phone's camera opens: in a transaction of its own."""
        async with self._begin() as uow:
            return await self.scan(uow, code, account_id, session_id)

    async def answer(
        self, uow: UnitOfWork, log_in_id: UUID, account_id: UUID, session_id: UUID, *, confirmed: bool
    ) -> None:
        """Raises QrGone."""
        state = QrState.CONFIRMED if confirmed else QrState.REFUSED
        if not await self._log_ins.answer(uow, log_in_id, account_id, session_id, state):
            raise QrGone
        if confirmed:
            facts = {"by": str(session_id), "qr": str(log_in_id)}
            uow.audit("session.allow_by_qr", actor=str(account_id), subject=str(account_id), facts=facts)

    async def news(self, log_in_id: UUID, secret: str, known: QrState | None, wait: float) -> QrSeen:
        """How it stands, as soon as that is not `known`, or after `wait` seconds. Raises QrGone.

        No connection is held between two looks.
        """
        deadline = asyncio.get_running_loop().time() + min(wait, LONGEST_WAIT)
        while True:
            async with self._begin() as uow:
                seen = await self._log_ins.seen(uow, log_in_id, secret)
            if seen is None:
                raise QrGone
            left = deadline - asyncio.get_running_loop().time()
            if seen.state is not known or left <= 0:
                return seen
            await asyncio.sleep(min(_LOOK_SECONDS, left))

    async def come_in(self, uow: UnitOfWork, log_in_id: UUID, secret: str, client: Client) -> IssuedTokens:
        """Once. Raises QrGone."""
        subject = await self._log_ins.use(uow, log_in_id, secret)
        if subject is None:
            raise QrGone
        return await self._open_session(uow, subject, "qr", client)
