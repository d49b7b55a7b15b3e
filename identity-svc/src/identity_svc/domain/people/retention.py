"""What of an account outlives it, how long and why; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

AUDIT: Final = Rule(
    what="安全审计日志（各服务；只含编号，不含姓名、号码）",
    what_en="Audit logs of all services (ids only, no name or number)",
    years=None,
    why="审计链只增不改，无法单独删除；仅存储并用于安全和责任追溯（个人信息保护法第四十七条第二款；期限待公安局确认）",
    why_en=(
        "append-only, nothing can be taken out of it; stored for security and accountability alone (Personal "
        "Information Protection Law, article 47; the bureau has yet to set a period)"
    ),
    confirmed=False,
)
PASSING_DAYS: Final = 31
PASSING: Final = Rule(
    what="传送中的消息（只含编号）、应答副本、登录过程的临时记录（各服务）",
    what_en="Messages on their way (ids only), copies of answers, log-ins under way, in all services",
    years=None,
    why="保证消息不丢、请求不重复；应答副本约一天、其余至多三十天后自动删除",
    why_en="so that nothing is lost or done twice; answers go after a day or so, all within thirty days",
    confirmed=True,
)
MANDATES: Final = Rule(
    what="授权与代办记录（只含编号）",
    what_en="Mandates (ids only)",
    years=3,
    why="授权纠纷的凭据（期限待公安局确认）；代他人办理的记录随该办件保存",
    why_en=(
        "evidence of who might act for whom (the bureau has yet to confirm the period); what was done for others stays "
        "as long as their cases"
    ),
    confirmed=False,
)


_OFFICERS: Final = Fate(why="民警和工作人员，不是个人账号 · officers and staff, who have no account to erase")
_ORGANISATION: Final = Fate(why="机构 · the organisation")
_KEYS: Final = Fate(why="密钥和计数 · keys and counts")
FATES: Final[Fates] = {
    "account": Fate(
        goes=(
            "phone_hash",
            "id_hash",
            "phone_hash_next",
            "id_hash_next",
            "personal",
            "company_name",
            "uscc",
            "password_hash",
        ),
    ),
    "saved_address": Fate(goes=("account_id", "sealed")),
    "message": Fate(goes=("recipient_id", "facts")),
    "person_export": Fate(goes=("account_id",)),
    "person_export_entry": Fate(goes=("body",)),
    "assurance": Fate(goes=("account_id",)),
    "face_check": Fate(goes=("account_id",)),
    "access_log": Fate(goes=("account_id",)),
    "identity_link": Fate(goes=("account_id",)),
    "identity_link_subject": Fate(goes=("subject_hash", "subject_hash_next", "subject")),
    "qr_log_in": Fate(goes=("account_id", "client", "code_hash", "secret_hash")),
    "known_place": Fate(goes=("owner_id", "place_hash")),
    "session": Fate(goes=("account_id", "device", "name", "device_hash", "secret")),
    "oidc_consent": Fate(goes=("owner_id",)),
    "oidc_subject": Fate(goes=("owner_id",)),
    "oidc_grant": Fate(goes=("owner_id", "secret")),
    "oidc_participation": Fate(goes=("session_id",)),
    "oidc_flow": Fate(
        stays=("asked", "browser", "chosen_session", "consented_by"),
        why="登录过程，一小时内删除 · a log-in under way, gone within the hour",
    ),
    "sms_code": Fate(goes=("phone_hash", "code_hash", "message", "ticket_hash")),
    "vouched": Fate(
        stays=("person", "ticket_hash"),
        why="待注册者，数分钟内删除 · somebody about to register, gone in minutes",
    ),
    "throttle": Fate(
        stays=("key",), why="次数限制的散列，一天内删除 · hashes that count tries, gone within days"
    ),
    "erasure": Fate(
        stays=("account_id", "also", "receipt_hash"),
        why="注销的凭据，180 天后删除 · the report, gone after 180 days",
    ),
    "mandate": Fate(
        goes=("agent_hash", "offer"), stays=("principal_id", "agent_id", "offered_by"), why=MANDATES.why_en
    ),
    "revocation": Fate(why="会话编号，令牌过期后删除 · ids of sessions, gone when their tokens are"),
    "spent_challenge": Fate(why="登录质询的编号，到期删除 · ids of challenges, gone when they end"),
    "oidc_assertion": Fate(why="客户端的断言 · of clients"),
    "oidc_client": Fate(why="其他系统 · other systems"),
    "officer": _OFFICERS,
    "officer_activation": _OFFICERS,
    "officer_scope": _OFFICERS,
    "duty_shift": _OFFICERS,
    "second_factor": _OFFICERS,
    "recovery_code": _OFFICERS,
    "trusted_device": _OFFICERS,
    "branch": _ORGANISATION,
    "department": _ORGANISATION,
    "unit": _ORGANISATION,
    "service_window": _ORGANISATION,
    "loaded": _ORGANISATION,
    "signing_key": _KEYS,
}
