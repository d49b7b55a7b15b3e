"""What can go wrong on another way in, as sentences one can act on."""

from chassis.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
    Unauthorized,
)

_NAMES = {"wechat": ("微信", "WeChat"), "city": ("城市统一身份认证平台", "the city's identity platform")}


class WayNotOffered(NotFound):
    slug = "way-not-offered"
    title = ("不支持这种登录方式", "Way not offered")

    def __init__(self) -> None:
        super().__init__(
            "暂不支持这种登录方式，请使用手机验证码登录。",
            "This way of logging in is not offered; use a code sent to your phone.",
        )


class VouchingRefused(Unauthorized):
    """The code is wrong, used, or expired, or what came back cannot be believed: one answer for all of it."""

    slug = "way-in-refused"
    title = ("未能确认身份", "Not confirmed")

    def __init__(self, provider: str) -> None:
        zh, en = _NAMES[provider]
        super().__init__(
            f"{zh}没有确认您的身份，请重新发起登录，也可以改用手机验证码。",
            f"Your identity was not confirmed by {en}; begin again, or use a code sent to your phone.",
        )


class ProviderDown(ServiceUnavailable):
    slug = "way-in-down"
    title = ("登录方式暂不可用", "Way in unavailable")

    def __init__(self, provider: str) -> None:
        zh, en = _NAMES[provider]
        super().__init__(
            f"{zh}暂时没有答复，请稍后再试，也可以改用手机验证码登录。",
            f"No answer from {en} right now; try again later, or log in with a code sent to your phone.",
        )


class TicketInvalid(Unauthorized):
    slug = "way-in-expired"
    title = ("登录已过期", "Log-in expired")

    def __init__(self) -> None:
        super().__init__(
            "这次登录已过期或已经用过，请重新发起。",
            "This log-in has expired or was used already; begin again.",
        )


class PhoneMissing(InvalidInput):
    slug = "phone-missing"
    title = ("请填写手机号", "Phone missing")

    def __init__(self) -> None:
        super().__init__(
            "请填写手机号，以便关联或注册账号。",
            "Give a phone, whose account is linked or made.",
            errors=[FieldError("/phone", "请填写手机号", "required")],
        )


class ReturnStale(Unauthorized):
    """Somebody came back from a provider whom this browser did not send there."""

    slug = "return-stale"
    title = ("登录请求已失效", "Log-in request no longer valid")

    def __init__(self) -> None:
        super().__init__(
            "这次登录不是从本浏览器发起的，或已过期，请回到登录页重新开始。",
            "This log-in was not begun in this browser, or has expired; go back to the log-in page and begin again.",
        )


class LinkedElsewhere(Conflict):
    slug = "linked-elsewhere"
    title = ("已关联其他账号", "Linked to another account")

    def __init__(self) -> None:
        super().__init__(
            "它已关联到另一个账号。请用它登录那个账号，解除关联后再试。",
            "It is linked to another account. Log in to that one with it, unlink it, and try again.",
        )


class PersonHasAccount(Conflict):
    """Only told to somebody whom the city's platform vouches for to be that person."""

    slug = "person-has-account"
    title = ("您已有账号", "You have an account")

    def __init__(self, masked_phone: str) -> None:
        super().__init__(
            f"您本人已有账号（手机号 {masked_phone}），一人只有一个账号。请用发到该手机号的验证码完成关联；"
            "如该手机号已停用，请携带本人有效身份证件到任一服务窗口办理。",
            f"You have an account already (phone {masked_phone}), and a person has only one. Link it with a code sent "
            "to that phone; if you no longer have it, take your identity document to any service window.",
            phone=masked_phone,
        )


class AccountOfAnother(Conflict):
    """Only told to somebody who proved that the phone is theirs."""

    slug = "account-of-another"
    title = ("手机号属于他人账号", "The phone's account is another person's")

    def __init__(self) -> None:
        super().__init__(
            "这个手机号的账号是企业账号，或已用其他人的身份认证，不能与您的身份关联。请换用您本人的手机号。",
            "The account with this phone is a company's, or verified as somebody else, and cannot be linked to you. "
            "Use a phone of your own.",
        )


class ReauthenticationNeeded(Forbidden):
    slug = "reauthentication-needed"
    title = ("需要再次确认身份", "Confirm who you are")

    def __init__(self) -> None:
        super().__init__(
            "关联登录方式前，请先填写发到您账号手机号的验证码（用途 link）。",
            "Before a way in is linked, give a code sent to your account's phone (purpose `link`).",
        )


class LinkNotFound(NotFound):
    slug = "no-such-link"
    title = ("没有这个关联", "No such link")

    def __init__(self) -> None:
        super().__init__("没有这个关联，或已经解除。", "There is no such link, or it was removed already.")


class QrGone(NotFound):
    """Also for a code that somebody else scanned: nobody learns of it."""

    slug = "qr-gone"
    title = ("二维码已失效", "Code no longer valid")

    def __init__(self) -> None:
        super().__init__(
            "二维码已失效、已被使用，或已由他人扫描，请刷新电脑上的二维码后重新扫描。",
            "The code has expired, was used, or was scanned by somebody else; show a new one and scan that.",
        )


class FaceCheckNotFound(NotFound):
    slug = "no-such-face-check"
    title = ("没有这次人脸核验", "No such face check")

    def __init__(self) -> None:
        super().__init__("没有这次人脸核验，请重新发起。", "There is no such face check; begin a new one.")


class FaceServiceDown(ServiceUnavailable):
    slug = "face-service-down"
    title = ("人脸核验服务暂不可用", "Face check unavailable")

    def __init__(self) -> None:
        super().__init__(
            "人脸核验服务暂时没有答复，请稍后再试。",
            "The face check does not answer right now; try again later.",
        )
