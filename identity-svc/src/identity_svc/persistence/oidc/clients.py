"""Clients and their proofs."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from chassis.db import UnitOfWork

from ...domain.oidc.clients import Client, ClientData, ClientSecrets, Scope, Serves

_DATA = tuple(field.name for field in fields(ClientData))
_COLUMNS = f"""
c.id, {", ".join(f"c.{name}" for name in _DATA)}, c.created_at, c.version,
d.name AS department_name, d.name_en AS department_name_en
"""
_FROM = "FROM oidc_client c JOIN department d ON d.code = c.department"
_SELECT = f"SELECT {_COLUMNS} {_FROM}"
_PROVING = f"""
SELECT {_COLUMNS}, c.secret_hash, c.previous_secret_hash, c.previous_secret_until {_FROM} WHERE c.id = $1
"""
_INSERT = f"""
INSERT INTO oidc_client (id, {", ".join(_DATA)}, secret_hash)
VALUES ($1, {", ".join(f"${number}" for number in range(2, len(_DATA) + 2))}, ${len(_DATA) + 2})
"""
_CHANGE = f"""
UPDATE oidc_client SET {", ".join(f"{name} = ${number}" for number, name in enumerate(_DATA, 3))},
  version = version + 1
WHERE id = $1 AND version = $2 RETURNING version
"""
_NEW_SECRET = """
UPDATE oidc_client SET previous_secret_hash = secret_hash, previous_secret_until = $3, secret_hash = $2,
  version = version + 1
WHERE id = $1
"""
_SETS: dict[str, type[Scope] | type[Serves]] = {"scopes": Scope, "serves": Serves}


class SqlClients:
    async def add(self, uow: UnitOfWork, client_id: str, data: ClientData, secret: bytes | None) -> None:
        await uow.execute(_INSERT, client_id, *_values(data), secret)

    async def by_id(self, uow: UnitOfWork, client_id: str) -> Client | None:
        row = await uow.fetchrow(f"{_SELECT} WHERE c.id = $1", client_id)
        return _client(row) if row else None

    async def proving(self, uow: UnitOfWork, client_id: str) -> tuple[Client, ClientSecrets] | None:
        """The client with what proves it: in one statement, whether there is one or not."""
        row = await uow.read_row(_PROVING, client_id)
        if row is None:
            return None
        secrets = (row["secret_hash"], row["previous_secret_hash"], row["previous_secret_until"])
        return _client(row), ClientSecrets(*secrets)

    async def page(self, uow: UnitOfWork, department: str | None, after: str, limit: int) -> list[Client]:
        """By id; `after` is the last one of the page before."""
        rows = await uow.fetch(
            f"{_SELECT} WHERE ($1::text IS NULL OR c.department = $1) AND c.id > $2 ORDER BY c.id LIMIT $3",
            department,
            after,
            limit,
        )
        return [_client(row) for row in rows]

    async def change(self, uow: UnitOfWork, client_id: str, version: int, data: ClientData) -> int | None:
        """The new version; None when somebody changed it since `version`."""
        return await uow.fetchval(_CHANGE, client_id, version, *_values(data))

    async def new_secret(self, uow: UnitOfWork, client_id: str, secret: bytes, old_until: datetime) -> None:
        """The present secret becomes the previous one, good until then."""
        await uow.execute(_NEW_SECRET, client_id, secret, old_until)

    async def use_assertion(self, uow: UnitOfWork, client_id: str, jti: str, expires_at: datetime) -> bool:
        """False when this client used this id before."""
        tag = await uow.execute(
            "INSERT INTO oidc_assertion (client_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            client_id,
            jti,
            expires_at,
        )
        return tag == "INSERT 0 1"

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM oidc_assertion WHERE expires_at < now()")


def _values(data: ClientData) -> list[Any]:
    plain = {name: getattr(data, name) for name in _DATA}
    return list((plain | {name: sorted(plain[name]) for name in _SETS}).values())


def _client(row: Mapping[str, Any]) -> Client:
    plain = {name: row[name] for name in _DATA}
    sets = {name: frozenset(map(kind, plain[name])) for name, kind in _SETS.items()}
    lists = {name: tuple(plain[name]) for name in ("redirect_uris", "post_logout_redirect_uris")}
    return Client(
        id=row["id"],
        data=ClientData(**(plain | sets | lists)),
        department_name=row["department_name"],
        department_name_en=row["department_name_en"],
        created_at=row["created_at"],
        version=row["version"],
    )
