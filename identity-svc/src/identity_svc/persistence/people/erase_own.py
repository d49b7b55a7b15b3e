"""What identity-svc keeps of a person: what stands in the way of erasing it, and the erasing."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from chassis.clock import SHANGHAI, now
from chassis.db import UnitOfWork
from chassis.people import Blocker, Outcome, erased, kept
from chassis.sealing import Sealer

from ...domain.people.retention import AUDIT, MANDATES, PASSING, PASSING_DAYS

_DEPENDENTS: Final = """SELECT
 (SELECT count(*) FROM mandate w WHERE w.agent_id = $1 AND w.kind = 'guardian' AND w.state = 'active'
   AND w.expires_at > now() AND NOT EXISTS (SELECT FROM mandate o WHERE o.principal_id = w.principal_id
     AND o.kind IN ('guardian', 'owner') AND o.state = 'active' AND o.expires_at > now() AND o.id <> w.id)) AS wards,
 (SELECT count(*) FROM mandate WHERE principal_id = $1 AND kind = 'agent' AND state = 'active'
   AND expires_at > now()) AS agents,
 (SELECT count(*) FROM mandate WHERE agent_id = $1 AND kind = 'agent' AND state = 'active' AND may_appoint
   AND expires_at > now()) AS companies"""
_WORDS: Final = {
    "wards": (
        "only-guardian",
        "您是 {n} 名被监护人在本平台的唯一监护人，请先由另一监护人登记，或解除监护代办关系。",
        "You are the only guardian of {n} here: let another guardian be registered, or end the guardianships, first.",
    ),
    "agents": (
        "company-agents",
        "还有 {n} 名办事员可代理本企业，请先逐一撤销授权。",
        "{n} people may still act for the company: take their mandates back first.",
    ),
    "companies": (
        "company-representative",
        "您是 {n} 家企业的授权管理人，请先移交或退回授权。",
        "You appoint the agents of {n} companies: hand that over, or give it back, first.",
    ),
}
_SESSIONS: Final = "SELECT id FROM session WHERE account_id = $1"
_PAIRWISE: Final = """DELETE FROM oidc_subject WHERE owner_id = $1
 AND department = ANY(ARRAY(SELECT code FROM department))"""
"""By the key's first column, so that the other one finds."""
_ERASED: Final = (
    ("地址簿", "Address book", "DELETE FROM saved_address WHERE account_id = $1"),
    ("站内消息", "Messages", "DELETE FROM message WHERE recipient_id = $1"),
    ("数据导出", "Exports", "DELETE FROM person_export WHERE account_id = $1"),
    ("认证等级记录", "Proofs of levels", "DELETE FROM assurance WHERE account_id = $1"),
    ("人脸核验记录", "Face checks", "DELETE FROM face_check WHERE account_id = $1"),
    ("关联的登录方式", "Linked ways in", "DELETE FROM identity_link WHERE account_id = $1"),
    ("扫码登录", "Log-ins by QR code", f"DELETE FROM qr_log_in WHERE session_id = ANY(ARRAY({_SESSIONS}))"),
    ("对其他系统的授权", "Consents to other systems", "DELETE FROM oidc_consent WHERE owner_id = $1"),
    (
        "其他系统的登录令牌",
        "Other systems' tokens",
        f"DELETE FROM oidc_grant WHERE session_id = ANY(ARRAY({_SESSIONS}))",
    ),
    ("在其他系统中的编号", "Ids in other systems", _PAIRWISE),
    ("常用网络", "Places one is known at", "DELETE FROM known_place WHERE owner_id = $1"),
    ("登录设备和会话", "Devices and sessions", "DELETE FROM session WHERE account_id = $1"),
)
_TOMBSTONE: Final = """UPDATE account SET phone_hash = NULL, id_hash = NULL, phone_hash_next = NULL,
 id_hash_next = NULL, personal = $2, company_name = NULL, uscc = NULL, password_hash = NULL, ial = 0,
 verified_at = NULL, closed_at = coalesce(closed_at, now()), erased_at = now(), version = version + 1
 WHERE id = $1 AND erased_at IS NULL RETURNING version"""
# Those that hold end with the account; some would for good, and no day is three years after that.
_KEPT: Final = """SELECT count(*) AS n, min(coalesce(ended_at, now())) AS first FROM mandate
 WHERE principal_id = $1 OR agent_id = $1 OR offered_by = $1"""
_AGENT: Final = "UPDATE mandate SET agent_hash = NULL, offer = NULL WHERE agent_id = $1"
_CODES: Final = """DELETE FROM sms_code WHERE phone_hash =
 ANY(ARRAY(SELECT unnest(ARRAY[phone_hash, phone_hash_next]) FROM account WHERE id = $1))"""


async def own_blockers(uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
    row = await uow.read_row(_DEPENDENTS, account_id)
    assert row is not None
    return [
        Blocker(code=code, zh=zh.format(n=row[what]), en=en.format(n=row[what]))
        for what, (code, zh, en) in _WORDS.items()
        if row[what]
    ]


async def erase_account(uow: UnitOfWork, sealer: Sealer, account_id: UUID) -> tuple[int, list[Outcome]]:
    """Its version as a tombstone, and what became of all. Version 0: it was erased before."""
    outcomes: list[Outcome] = []
    for zh, en, statement in _ERASED:
        outcomes += erased(zh, en, _count(await uow.execute(statement, account_id)))
    await uow.execute(_CODES, account_id)
    await uow.execute(_AGENT, account_id)
    nothing = sealer.seal(orjson.dumps({"phone": None, "name": None, "id_number": None}), account_id.bytes)
    version = await uow.fetchval(_TOMBSTONE, account_id, nothing)
    views = await uow.fetchval("SELECT erase_views_of($1)", account_id)
    outcomes += erased("查看记录", "Who viewed the data", views)
    outcomes += erased("姓名、证件号码、手机号、口令", "Name, ID number, phone and password", 1)
    mandates = await uow.fetchrow(_KEPT, account_id)
    assert mandates is not None
    outcomes += kept(MANDATES, mandates["n"], mandates["first"])
    (passing,) = kept(PASSING, None, None)
    passing.until = (now() + timedelta(days=PASSING_DAYS)).astimezone(SHANGHAI).date()
    outcomes += [passing, *kept(AUDIT, None, None)]
    return version or 0, outcomes


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
