"""Asking for all one's data, which is put together by a job."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.people.errors import ExportUnderWay, ProveYourselfAgain
from ...domain.people.export import KEPT, PARTS, Export, ExportState, Part
from ...domain.sessions import Authentication
from ..ports import Messages
from .ports import Exports

PREPARE: Final = "identity.prepare_export"


class RequestExport:
    def __init__(self, exports: Exports, messages: Messages, reauthentication: timedelta) -> None:
        self._exports = exports
        self._messages = messages
        self._reauthentication = reauthentication

    async def __call__(self, uow: UnitOfWork, account_id: UUID, authentication: Authentication) -> Export:
        """Raises ProveYourselfAgain, ExportUnderWay."""
        self.require_recent(authentication)
        moment = now()
        export = Export(
            id=uuid7(), account_id=account_id, state=ExportState.PREPARING, requested_at=moment, ready_at=None,
            expires_at=moment + KEPT, parts={name: Part() for name in PARTS},
        )  # fmt: skip
        if not await self._exports.add(uow, export):
            raise ExportUnderWay
        uow.enqueue(PREPARE, str(export.id))
        uow.audit("person.export_request", actor=str(account_id), subject=str(account_id))
        await self._messages.tell(uow, account_id, "export_requested", {})
        return export

    def require_recent(self, authentication: Authentication) -> None:
        """Raises ProveYourselfAgain unless the caller proved who they are just now."""
        if now() - authentication.at > self._reauthentication:
            raise ProveYourselfAgain
