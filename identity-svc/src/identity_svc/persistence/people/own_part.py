"""What identity-svc itself keeps of a person."""

from typing import Any, Final
from uuid import UUID

from chassis.jobs import Begin
from chassis.people import Blocker, ErasureReport, ExportPage, Outcome, Record
from chassis.sealing import Sealer

from ..accounts import SqlAccounts
from ..addresses import SqlAddressBooks
from .erase_own import erase_account, own_blockers

_SECTIONS: Final = (
    (
        "levels", "认证等级", "Levels of assurance",
        "SELECT * FROM assurance WHERE account_id = $1 ORDER BY at LIMIT 1000",
    ),
    (
        "sessions", "登录设备", "Sessions",
        "SELECT id, name, device, method, amr, created_at, rotated_at, ended_at FROM session WHERE account_id = $1"
        " ORDER BY id LIMIT 5000",
    ),
    (
        "places", "常用网络", "Places one is known at",
        "SELECT seen_at FROM known_place WHERE owner_id = $1 ORDER BY seen_at LIMIT 5000",
    ),
    (
        "messages", "站内消息", "Messages",
        "SELECT id, kind, facts, at, read_at FROM message WHERE recipient_id = $1 ORDER BY id LIMIT 20000",
    ),
    (
        "views", "谁查看过我的信息", "Who viewed my data",
        "SELECT viewer, officer_id, why, viewed_at FROM access_log WHERE account_id = $1 ORDER BY id LIMIT 20000",
    ),
    (
        "links", "关联的登录方式", "Linked ways in",
        "SELECT id, provider, proof, created_at, used_at FROM identity_link WHERE account_id = $1"
        " ORDER BY id LIMIT 100",
    ),
    (
        "mandates", "授权与代办", "Mandates",
        "SELECT id, kind, state, principal_id, agent_id, items, departments, offered_at, accepted_at, expires_at,"
        " ended_at FROM mandate WHERE principal_id = $1 OR agent_id = $1 ORDER BY id LIMIT 5000",
    ),
    (
        "consents", "对其他系统的授权", "Consents to other systems",
        "SELECT client_id, scopes, given_at FROM oidc_consent WHERE owner_id = $1 ORDER BY client_id LIMIT 1000",
    ),
)  # fmt: skip


class _Undo(Exception):
    """Ends a preview, so that nothing of it stays."""


class OwnPart:
    def __init__(self, begin: Begin, accounts: SqlAccounts, sealer: Sealer) -> None:
        self._sealer = sealer
        self._begin = begin
        self._accounts = accounts
        self._books = SqlAddressBooks(sealer)

    async def page(self, account_id: UUID, after: str | None) -> ExportPage:
        """All in one."""
        records = []
        async with self._begin() as uow:
            account = await self._accounts.by_id(uow, account_id)
            if account is not None:
                personal, company = account.personal, account.company
                data: dict[str, Any] = {
                    "account_id": account.id, "kind": account.kind, "phone": personal.phone, "name": personal.name,
                    "id_number": personal.id_number, "company": company.name if company else None,
                    "uscc": company.uscc if company else None, "level": account.ial,
                    "registered_at": account.registered_at, "verified_at": account.verified_at,
                    "has_password": account.has_password,
                }  # fmt: skip
                records.append(Record(section="account", title="账号", title_en="Account", data=data))
            for saved in await self._books.of(uow, account_id):
                place = {"label": saved.label, **saved.place.model_dump(), "is_default": saved.is_default}
                records.append(
                    Record(section="addresses", title="地址簿", title_en="Address book", data=place)
                )
            for section, title, title_en, sql in _SECTIONS:
                for row in await uow.read(sql, account_id):
                    records.append(Record(section=section, title=title, title_en=title_en, data=dict(row)))
        return ExportPage(records=records)

    async def file(self, account_id: UUID, file_id: str) -> bytes | None:
        return None

    async def blockers(self, account_id: UUID) -> list[Blocker]:
        async with self._begin() as uow:
            return await own_blockers(uow, account_id)

    async def erasure(self, account_id: UUID) -> ErasureReport:
        """A preview: done, and undone."""
        outcomes: list[Outcome] = []
        try:
            async with self._begin() as uow:
                _, outcomes = await erase_account(uow, self._sealer, account_id)
                raise _Undo
        except _Undo:
            return ErasureReport(done=False, outcomes=outcomes)
