"""Devices that officers trust."""

from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.factors.devices import DeviceToken, TrustedDevice


class SqlTrustedDevices:
    async def add(
        self, uow: UnitOfWork, officer_id: UUID, token: DeviceToken, name: str, expires_at: datetime
    ) -> None:
        await uow.execute(
            "INSERT INTO trusted_device (id, officer_id, token_hash, name, expires_at) VALUES ($1, $2, $3, $4, $5)",
            token.device_id,
            officer_id,
            token.digest(),
            name,
            expires_at,
        )

    async def use(self, uow: UnitOfWork, officer_id: UUID, token: DeviceToken) -> bool:
        """Whether the officer trusts the device of `token`; the use is noted."""
        stored = await uow.fetchval(
            "UPDATE trusted_device SET last_used_at = now()"
            " WHERE id = $1 AND officer_id = $2 AND token_hash = $3 AND expires_at > now() RETURNING token_hash",
            token.device_id,
            officer_id,
            token.digest(),
        )
        return stored is not None and token.is_genuine(stored)

    async def trusts(self, uow: UnitOfWork, officer_id: UUID, token: DeviceToken) -> bool:
        """As `use`, and nothing is noted: the password was not looked at yet."""
        trusted: bool = await uow.fetchval(
            "SELECT EXISTS (SELECT FROM trusted_device"
            " WHERE id = $1 AND officer_id = $2 AND token_hash = $3 AND expires_at > now())",
            token.device_id,
            officer_id,
            token.digest(),
        )
        return trusted

    async def of(self, uow: UnitOfWork, officer_id: UUID) -> list[TrustedDevice]:
        """The latest first."""
        rows = await uow.fetch(
            "SELECT id, name, trusted_at, last_used_at, expires_at FROM trusted_device"
            " WHERE officer_id = $1 AND expires_at > now() ORDER BY id DESC",
            officer_id,
        )
        return [TrustedDevice(*row) for row in rows]

    async def end(self, uow: UnitOfWork, officer_id: UUID, device_id: UUID) -> bool:
        tag = await uow.execute(
            "DELETE FROM trusted_device WHERE id = $1 AND officer_id = $2", device_id, officer_id
        )
        return tag == "DELETE 1"

    async def end_all(self, uow: UnitOfWork, officer_id: UUID) -> None:
        await uow.execute("DELETE FROM trusted_device WHERE officer_id = $1", officer_id)

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM trusted_device WHERE expires_at < now()")
