"""Log-ins under way: what the client asked for is sealed, since a hint may name a person."""

from datetime import datetime
from uuid import UUID

import orjson
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...domain.oidc.authorization import Asked, Flow


class SqlFlows:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def open(
        self, uow: UnitOfWork, flow_id: str, asked: Asked, browser: bytes, asked_at: datetime, until: datetime
    ) -> None:
        await uow.execute(
            "INSERT INTO oidc_flow (id, client_id, browser, asked, asked_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            flow_id,
            asked.client_id,
            browser,
            self._sealer.seal(orjson.dumps(asked.as_json()), flow_id.encode()),
            asked_at,
            until,
        )

    async def find(self, uow: UnitOfWork, flow_id: str, browser: bytes) -> Flow | None:
        """None also in another browser: a link to somebody's log-in is of no use to anyone else."""
        row = await uow.fetchrow(
            "SELECT asked, asked_at, chosen_session, consented_by FROM oidc_flow"
            " WHERE id = $1 AND browser = $2 AND expires_at > now()",
            flow_id,
            browser,
        )
        if row is None:
            return None
        asked = Asked.from_json(orjson.loads(self._sealer.open(row["asked"], flow_id.encode())))
        chosen, consented = row["chosen_session"], row["consented_by"]
        return Flow(flow_id, asked, row["asked_at"], chosen and str(chosen), consented and str(consented))

    async def move(self, uow: UnitOfWork, old: bytes, new: bytes) -> None:
        """All that are under way in the browser that was `old` and is `new` from now on."""
        await uow.execute("UPDATE oidc_flow SET browser = $2 WHERE browser = $1", old, new)

    async def choose(self, uow: UnitOfWork, flow_id: str, session_id: UUID) -> None:
        await uow.execute("UPDATE oidc_flow SET chosen_session = $2 WHERE id = $1", flow_id, session_id)

    async def consent(self, uow: UnitOfWork, flow_id: str, owner_id: UUID) -> None:
        await uow.execute("UPDATE oidc_flow SET consented_by = $2 WHERE id = $1", flow_id, owner_id)

    async def close(self, uow: UnitOfWork, flow_id: str) -> bool:
        """False when it was closed before: of two tabs, one gets the code."""
        return await uow.execute("DELETE FROM oidc_flow WHERE id = $1", flow_id) == "DELETE 1"

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM oidc_flow WHERE expires_at < now()")
