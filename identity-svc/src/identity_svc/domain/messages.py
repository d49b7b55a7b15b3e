"""What people are told inside the platform (站内消息): a kind and facts; the words are made when they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

WORDS: Final[dict[str, tuple[str, str]]] = {
    "export_requested": (
        "已收到导出您全部个人数据的申请，准备好后会通知您。如非本人操作，请立即修改口令。",
        "All your data was asked for; you will be told when it is ready. If it was not you, change your password at "
        "once.",
    ),
    "export_ready": (
        "您的个人数据已准备好，{days} 天内可以下载，届时需重新登录确认身份。",
        "Your data is ready and can be downloaded for {days} days; you will be asked to log in again.",
    ),
    "export_partly_ready": (
        "您的个人数据已准备好，但有的部分当时没有应答，不在其中；{days} 天内可以下载，缺少的部分请稍后重新申请。",
        "Your data is ready for {days} days, but a part did not answer and is missing: ask for another export later.",
    ),
    "erasure_requested": (
        "已收到注销账号的申请，将在 {days} 天后执行，期间可以取消。如非本人操作，请立即取消并修改口令。",
        "The end of your account was asked for; it comes in {days} days and can be cancelled until then. If it was not "
        "you, cancel it and change your password at once.",
    ),
    "erasure_cancelled": (
        "账号注销已取消，您的账号照常使用。",
        "The end of your account was cancelled; it goes on as before.",
    ),
    "erasure_stopped": (
        "账号注销已中止：还有 {count} 项未办结的事项。请办结后重新申请，具体事项见“注销预览”。",
        "The end of your account was stopped: {count} matters are still open. Settle them and ask again; the preview "
        "names them.",
    ),
    "logged_in": (
        "您的账号在新设备或新网络上登录。如非本人操作，请在“登录设备”中退出该设备并修改口令。",
        "Your account was logged in on a new device or network. If it was not you, end that session and change your "
        "password.",
    ),
    "strangers_at_phone": (
        "有人在陌生网络上反复用您的手机号获取验证码或尝试口令，已被限制；您在常用的网络上登录不受影响，在别处可用微信、"
        "扫码或市统一身份平台登录。请勿将验证码告诉任何人；口令如果简单或在别处用过，请尽快修改。",
        "Strangers kept asking for codes to your phone, or guessing at your password, and were stopped. Where you "
        "usually log in nothing changes; elsewhere use WeChat, a scanned code or the city's platform. Tell nobody a "
        "code, and change your password if it is simple or used elsewhere.",
    ),
    "strangers_at_badge": (
        "有人在陌生网络上反复尝试您的警号口令，已被限制；您在受信任的设备上和常用的网络内登录不受影响。口令如果简单或在别处"
        "用过，请尽快修改，并告知管理员。",
        "Strangers kept guessing at the password of your badge and were stopped. On devices you trust, and where you "
        "usually log in, nothing changes. Change your password if it is simple or used elsewhere, and tell an "
        "administrator.",
    ),
    "assurance_by_realname": (
        "您已通过实名认证，认证等级现为 {level} 级。",
        "Your real name is confirmed; your level is {level}.",
    ),
    "assurance_by_face": (
        "您已通过人脸核验，认证等级现为 {level} 级。",
        "Your face was recognised; your level is {level}.",
    ),
    "assurance_by_window": (
        "服务窗口民警已核验您的身份证件，认证等级现为 {level} 级。如非本人到场，请立即与公安机关联系。",
        "An officer at a window checked your identity document; your level is {level}. If you were not there, "
        "tell the police at once.",
    ),
    "assurance_by_city": (
        "市统一身份平台已确认您的身份，认证等级现为 {level} 级。",
        "The city's identity platform confirmed who you are; your level is {level}.",
    ),
    "case_opened_by_exception": (
        "{officer_unit} 的民警跨单位查阅了 {unit} 的办件 {case_no}，请在“跨单位查阅记录”中核实其理由。",
        "An officer of {officer_unit} opened case {case_no} of {unit} by exception; check the reason in the list of "
        "exceptions.",
    ),
    "my_case_opened_by_exception": (
        "{officer_unit} 的民警（非承办单位）查阅了您的办件 {case_no}，理由见该办件的“谁查看过我的办件”。",
        "An officer of another unit, {officer_unit}, opened your case {case_no}; see there who looked at it and why.",
    ),
    "scope_granted": (
        "您增加了附加职责：在 {place} 任 {role}，重新登录或刷新后生效。",
        "You were assigned as {role} at {place} too; log in again or refresh to use it.",
    ),
    "scope_withdrawn": (
        "您在 {place} 的附加职责（{role}）已收回，请重新登录。",
        "Your assignment as {role} at {place} was withdrawn; log in again.",
    ),
    "second_factor_enrolled": (
        "已为您的账号启用动态口令，其他登录已退出。如非本人操作，请立即联系管理员。",
        "An authenticator was added to your account; other sessions were ended. If it was not you, tell an "
        "administrator at once.",
    ),
    "second_factor_reset": (
        "管理员已重置您的动态口令，恢复码和受信任设备同时失效，请登录后重新绑定。",
        "An administrator reset your authenticator; recovery codes and trusted devices are void. Log in and add it "
        "again.",
    ),
    "recovery_code_used": (
        "您的账号使用了一个恢复码，还剩 {left} 个。如非本人操作，请立即修改口令并联系管理员。",
        "A recovery code of your account was used; {left} are left. If it was not you, change your password and tell "
        "an administrator.",
    ),
    "device_trusted": (
        "您的账号信任了一台新设备，在该设备上登录不再需要动态口令。如非本人操作，请移除该设备并修改口令。",
        "A new device is trusted to log in without a one-time code. If it was not you, remove it and change your "
        "password.",
    ),
    "linked_wechat": (
        "您的账号已关联微信登录。如非本人操作，请在“登录方式”中解除关联并修改口令。",
        "WeChat was linked to your account as a way to log in. If it was not you, unlink it and change your password.",
    ),
    "linked_city": (
        "您的账号已关联城市统一身份认证平台登录。如非本人操作，请在“登录方式”中解除关联并修改口令。",
        "The city's identity platform was linked to your account as a way to log in. If it was not you, unlink it and "
        "change your password.",
    ),
    "unlinked_wechat": (
        "您的账号已解除与微信的关联，不能再用它登录。",
        "WeChat was unlinked from your account and opens it no more.",
    ),
    "unlinked_city": (
        "您的账号已解除与城市统一身份认证平台的关联，不能再用它登录。",
        "The city's identity platform was unlinked from your account and opens it no more.",
    ),
    "mandate_offered_by_you": (
        "您发出了一项授权，等待对方接受；可在“我的授权”中查看或撤回。",
        "You offered somebody a mandate; it waits for their answer. See or take it back among your mandates.",
    ),
    "mandate_offered_to_you": (
        "您收到一项授权，请在“我的授权”中查看并决定是否接受。",
        "You were offered a mandate; see it among your mandates and answer it.",
    ),
    "mandates_offered_by_many": (
        "今天向您发出的授权较多，其余不再逐条通知；可在“我的授权”中查看全部，不认识的请谢绝或不予理会，未经您接受均不生效。",
        "You were offered many mandates today and are not told of each any more; see all among your mandates. Decline "
        "or ignore those of strangers: none holds unless you accept it.",
    ),
    "mandate_active_by_you": (
        "您的授权已被接受，对方现在可以在授权范围内代您办理；您可随时在“我的授权”中解除。",
        "Your mandate was accepted: they may act for you within it. You can revoke it any time among your mandates.",
    ),
    "mandate_active_to_you": (
        "您已接受授权，现在可以在授权范围内代为办理；每次办理都会告知授权人。",
        "You accepted a mandate and may act within it; whoever gave it is told of each act.",
    ),
    "mandate_granted_by_you": (
        "已有监护人或账号本人登记为可代您办理，详见“我的授权”。如有疑问，请到服务窗口核实。",
        "A guardian, or this account's owner, is registered to act for you; see your mandates, or ask at a window.",
    ),
    "mandate_granted_to_you": (
        "您已登记为可代为办理，范围和期限见“我的授权”；每次办理都会留痕。",
        "You are registered to act for somebody; see your mandates for how far and how long. Each act is recorded.",
    ),
    "mandate_declined_by_you": ("您的授权被对方谢绝。", "Your offer of a mandate was declined."),
    "mandate_declined_to_you": ("您谢绝了一项授权。", "You declined a mandate."),
    "mandate_revoked_by_you": (
        "您授出的一项授权已解除，对方不能再代您办理。",
        "A mandate you gave was revoked; they can no longer act for you.",
    ),
    "mandate_revoked_to_you": (
        "您获得的一项授权已解除，不能再代为办理。",
        "A mandate you had was revoked; you can no longer act by it.",
    ),
    "case_submitted_for_you": (
        "{agent}为您提交了办件 {case_no}。如非您授权，请立即在“我的授权”中解除。",
        "{agent} submitted case {case_no} for you. If you did not allow it, revoke their mandate at once.",
    ),
    "case_submitted_by_you": (
        "您代{principal}提交了办件 {case_no}，已告知对方。",
        "You submitted case {case_no} for {principal}; they were told.",
    ),
    "case_supplemented_for_you": (
        "{agent}为您的办件 {case_no} 提交了补正材料。",
        "{agent} sent the supplement of your case {case_no}.",
    ),
    "case_supplemented_by_you": (
        "您代{principal}为办件 {case_no} 提交了补正材料，已告知对方。",
        "You sent the supplement of case {case_no} for {principal}; they were told.",
    ),
    "case_withdrawn_for_you": (
        "{agent}为您撤回了办件 {case_no}；如已缴费，将原路退回。",
        "{agent} withdrew case {case_no} for you; anything paid is refunded.",
    ),
    "case_withdrawn_by_you": (
        "您代{principal}撤回了办件 {case_no}，已告知对方。",
        "You withdrew case {case_no} for {principal}; they were told.",
    ),
    "case_paid_for_you": (
        "{agent}为您的办件 {case_no} 缴费，款项已收到。",
        "{agent} paid for your case {case_no}; the money arrived.",
    ),
    "case_paid_by_you": (
        "您代{principal}为办件 {case_no} 缴费，款项已收到，已告知对方。",
        "You paid for case {case_no} for {principal}; the money arrived and they were told.",
    ),
    "postage_paid_for_you": (
        "{agent}为您的办件支付了寄递费，款项已收到。",
        "{agent} paid the postage for your case; the money arrived.",
    ),
    "postage_paid_by_you": (
        "您代{principal}支付了办件的寄递费，款项已收到，已告知对方。",
        "You paid the postage of {principal}'s case; the money arrived and they were told.",
    ),
    "order_opened_for_you": (
        "{agent}为您的办件重新发起了缴费，请在“我的缴费订单”中查看。",
        "{agent} opened a new order to pay for your case; see your orders.",
    ),
    "order_opened_by_you": (
        "您代{principal}为办件重新发起了缴费，已告知对方。",
        "You opened a new order to pay for {principal}'s case; they were told.",
    ),
    "case_address_changed_for_you": (
        "{agent}为您修改了办件 {case_no} 的寄送地址。如非您授意，请立即改回，并在“我的授权”中解除授权。",
        "{agent} changed where the result of your case {case_no} is sent. If you did not ask for it, change it "
        "back and revoke their mandate at once.",
    ),
    "case_address_changed_by_you": (
        "您代{principal}修改了办件 {case_no} 的寄送地址，已告知对方。",
        "You changed where the result of case {case_no} is sent, for {principal}; they were told.",
    ),
    "parcel_redirected_for_you": (
        "{agent}为您修改了办件 {case_no} 快件的地址。如非您授意，请立即改回，并在“我的授权”中解除授权。",
        "{agent} changed the address of the parcel of your case {case_no}. If you did not ask for it, change it "
        "back and revoke their mandate at once.",
    ),
    "parcel_redirected_by_you": (
        "您代{principal}修改了办件 {case_no} 快件的地址，已告知对方。",
        "You changed the address of the parcel of case {case_no}, for {principal}; they were told.",
    ),
    "parcel_sent_again_for_you": (
        "{agent}为您将办件 {case_no} 的快件重新寄出，地址见“我的寄递”。",
        "{agent} had the parcel of your case {case_no} sent again; see your shipments for where it goes.",
    ),
    "parcel_sent_again_by_you": (
        "您代{principal}将办件 {case_no} 的快件重新寄出，已告知对方。",
        "You had the parcel of case {case_no} sent again, for {principal}; they were told.",
    ),
    "parcel_claimed_for_you": (
        "{agent}为您将办件 {case_no} 的快件报丢失或损坏，进展见“我的寄递”。",
        "{agent} called the parcel of your case {case_no} lost or damaged; see your shipments for how it goes on.",
    ),
    "parcel_claimed_by_you": (
        "您代{principal}将办件 {case_no} 的快件报丢失或损坏，已告知对方。",
        "You called the parcel of case {case_no} lost or damaged, for {principal}; they were told.",
    ),
    "mandate_expired_by_you": ("您授出的一项授权已到期。", "A mandate you gave has expired."),
    "mandate_expired_to_you": ("您获得的一项授权已到期。", "A mandate you had has expired."),
}
"""Kind → (zh, en); `{name}` in them is filled in from the facts. Facts are ids, codes and times, nobody's data.

People and places are named when the words are made: see `domain.wording`."""


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    kind: str
    facts: dict[str, Any]
    at: datetime
    read_at: datetime | None
