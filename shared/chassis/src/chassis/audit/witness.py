"""Heads kept by another service: who can rewrite one host's files and database cannot rewrite this.

A witness adds `add_witness_table` to its tables and includes `witness_router()`; the others name it in
AUDIT_WITNESS_URL. It keeps the first head it hears for a number, and says so to whoever comes with another.
"""

from datetime import datetime
from typing import Annotated, Any, Final

import httpx2
import sqlalchemy as sa
from contracts.tokens import Role
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from ..auth.caller import Caller
from ..auth.service_token import ServiceToken
from ..db.statement import Statement
from ..http.caller import allow
from ..http.route import Router, Uow
from ..problems import Conflict, Forbidden
from .chain import Head

PATH: Final = "/internal/audit-heads"
_KEPT: Final = 200

_KEEP: Final = Statement(
    """INSERT INTO audit_witness (service, number, hash, rows, sealed_at, signature) VALUES ($1, $2, $3, $4, $5, $6)
 ON CONFLICT DO NOTHING"""
)


def add_witness_table(metadata: sa.MetaData) -> None:
    """Append-only for who serves, like the audit log itself."""
    sa.Table(
        "audit_witness",
        metadata,
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False, comment="hex"),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("sealed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signature", sa.Text, nullable=False, comment="of the service whose head it is"),
        sa.Column(
            "received_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
    )


def create_witness_table(op: Any) -> None:
    metadata = sa.MetaData()
    add_witness_table(metadata)
    metadata.create_all(op.get_bind())


class AuditHead(BaseModel):
    """A head as it is anchored; `hash` 32 bytes in hex."""

    service: str = Field(max_length=40)
    number: int = Field(ge=1, le=2**63 - 1)
    hash: str = Field(pattern="^[0-9a-f]{64}$")
    rows: int = Field(ge=1, le=2**31 - 1)
    sealed_at: datetime
    signature: str = Field(max_length=64)


class AnotherHeadIsKnown(Conflict):
    slug = "audit-head-differs"
    title = ("审计链头不一致", "Another audit head is known")


ServiceCaller = Annotated[Caller, Depends(allow(Role.SERVICE))]


def witness_router() -> Router:
    router = Router(tags=["internal"])

    @router.post(PATH, status_code=204, summary="保存审计链头 · Keep an audit head")
    async def keep_head(body: AuditHead, uow: Uow, caller: ServiceCaller) -> None:
        """Of the calling service itself; the first for a number stays."""
        _only_its_own(caller, body.service)
        known = await uow.read_value(
            "SELECT hash FROM audit_witness WHERE service = $1 AND number = $2", caller.subject, body.number
        )
        if known not in (None, body.hash):
            raise AnotherHeadIsKnown(
                f"{body.service} 的封印 {body.number} 已有另一个链头。",
                f"Another head of {body.service} is kept for seal {body.number}.",
            )
        uow.write(_KEEP, body.service, body.number, body.hash, body.rows, body.sealed_at, body.signature)

    @router.get(PATH, summary="取审计链头 · Heads kept of a service")
    async def heads_of(
        uow: Uow, caller: ServiceCaller, service: Annotated[str, Query(max_length=40)]
    ) -> list[AuditHead]:
        """Of the calling service itself: the newest 200, oldest first."""
        _only_its_own(caller, service)
        rows = await uow.read(
            """SELECT * FROM (SELECT service, number, hash, rows, sealed_at, signature FROM audit_witness
 WHERE service = $1 ORDER BY number DESC LIMIT $2) newest ORDER BY number""",
            service,
            _KEPT,
        )
        return [AuditHead(**dict(row)) for row in rows]

    return router


def _only_its_own(caller: Caller, service: str) -> None:
    if service != caller.subject:
        raise Forbidden("只能保存和读取本服务的审计链头。", "A service tells and asks of its own heads only.")


class RemoteWitness:
    """Another service as our witness."""

    def __init__(self, url: str, token: ServiceToken, key: bytes | None) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=5)
        self._token = token
        self._key = key

    async def tell(self, head: Head) -> None:
        """Raises httpx2.HTTPError when it was not kept; a 409 says that another head is known there."""
        body = head.to_json(self._key)
        answer = await self._client.post(PATH, json=body, headers=await self._headers())
        answer.raise_for_status()

    async def heads(self, service: str) -> list[dict[str, Any]]:
        """What it keeps of `service`; raises httpx2.HTTPError."""
        answer = await self._client.get(PATH, params={"service": service}, headers=await self._headers())
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def close(self) -> None:
        await self._client.aclose()
        await self._token.close()

    async def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {await self._token.get()}"}
