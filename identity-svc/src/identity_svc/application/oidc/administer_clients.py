"""Registering and changing clients, and giving them new secrets; an administrator's tasks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.problems import FieldError
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ...domain.oidc.clients import Client, ClientData, new_secret, secret_hash
from ...domain.oidc.errors import ClientChanged, ClientHasNoSecret, ClientInvalid, ClientNotFound
from ...domain.oidc.networks import ClientNetworks
from ..ports import OrganisationStore
from .ports import Clients

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientWithSecret:
    """`secret` is shown this once; None for clients with keys of their own."""

    client: Client
    secret: str | None


class AdministerClients:
    def __init__(self, clients: Clients, organisation: OrganisationStore, networks: ClientNetworks) -> None:
        self._clients = clients
        self._organisation = organisation
        self._networks = networks

    async def register(self, uow: UnitOfWork, data: ClientData, by: UUID) -> ClientWithSecret:
        """Raises ClientInvalid."""
        await self._check(uow, data)
        secret = new_secret() if data.jwks is None else None
        client_id = str(uuid7())
        await self._clients.add(uow, client_id, data, secret_hash(secret) if secret else None)
        facts = {"department": data.department, "scopes": sorted(data.scopes)}
        uow.audit("oidc.client_registered", actor=str(by), subject=client_id, facts=facts)
        log.info("client_registered", client_id=client_id, department=data.department)
        return ClientWithSecret(await self._get(uow, client_id), secret)

    async def change(
        self, uow: UnitOfWork, client_id: str, version: int, changes: dict[str, Any], by: UUID
    ) -> Client:
        """`changes`: fields of ClientData. Raises ClientNotFound, ClientInvalid, ClientChanged."""
        client = await self._get(uow, client_id)
        data = replace(client.data, **changes)
        if (data.jwks is None) != (client.data.jwks is None):
            raise ClientInvalid(
                [
                    FieldError(
                        "/jwks",
                        "认证方式在登记后不能更改，请另行登记",
                        "how a client proves itself is for good: register another",
                    )
                ]
            )
        await self._check(uow, data)
        if await self._clients.change(uow, client_id, version, data) is None:
            raise ClientChanged(client.version)
        facts = {"fields": sorted(changes), "scopes": sorted(data.scopes), "active": data.active}
        uow.audit("oidc.client_changed", actor=str(by), subject=client_id, facts=facts)
        log.info("client_changed", client_id=client_id, fields=sorted(changes))
        return await self._get(uow, client_id)

    async def new_secret(
        self, uow: UnitOfWork, client_id: str, old_until: datetime, by: UUID
    ) -> ClientWithSecret:
        """Both are accepted until then; one that was replaced before is not, from now on.

        Raises ClientNotFound, ClientHasNoSecret.
        """
        client = await self._get(uow, client_id)
        if client.data.jwks is not None:
            raise ClientHasNoSecret
        secret = new_secret()
        await self._clients.new_secret(uow, client_id, secret_hash(secret), max(old_until, now()))
        uow.audit("oidc.client_secret_rotated", actor=str(by), subject=client_id)
        log.info("client_secret_rotated", client_id=client_id)
        return ClientWithSecret(await self._get(uow, client_id), secret)

    async def _get(self, uow: UnitOfWork, client_id: str) -> Client:
        client = await self._clients.by_id(uow, client_id)
        if client is None:
            raise ClientNotFound
        return client

    async def _check(self, uow: UnitOfWork, data: ClientData) -> None:
        data.check()
        told_at = data.backchannel_logout_uri
        if told_at is not None and self._networks.refuses(urlsplit(told_at).hostname or ""):
            raise ClientInvalid(
                [
                    FieldError(
                        "/backchannel_logout_uri",
                        "该地址在内部网络中，平台不会访问；如确为部门系统，请由运维加入 CLIENT_NETWORKS",
                        "is in a private network, which the platform does not call; if a department's system is "
                        "there, have the network added to CLIENT_NETWORKS",
                    )
                ]
            )
        known = {department.code for department in await self._organisation.departments(uow, "", 1_000)}
        if data.department not in known:
            raise ClientInvalid([FieldError("/department", "没有这个部门", "there is no such department")])
        if data.jwks is not None:
            try:
                KeySet.import_key_set(data.jwks)  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise ClientInvalid(
                    [FieldError("/jwks", "公钥无法识别", "the keys cannot be read")]
                ) from error
