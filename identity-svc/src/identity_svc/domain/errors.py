"""What can go wrong for the people who use this service, as sentences they can act on."""

from chassis.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)


class LoginRefused(Unauthorized):
    """One answer for everything that can be wrong: nobody learns whether the account exists."""

    slug = "login-refused"
    title = ("登录失败", "Login refused")

    def __init__(self) -> None:
        super().__init__(
            "账号或口令不正确，或验证码错误、已失效。请核对后重试；群众和企业也可以改用短信验证码登录。",
            "The account or password is wrong, or the code is wrong or no longer valid. Check and try again; "
            "citizens and companies can also log in with a code sent by SMS.",
        )


class AccountNotRegistered(NotFound):
    """Only told to somebody who proved by a code that the phone is theirs."""

    slug = "account-not-registered"
    title = ("手机号尚未注册", "Phone not registered")

    def __init__(self) -> None:
        super().__init__(
            "这个手机号还没有注册，请先注册。", "There is no account with this phone yet; register first."
        )


class PhoneAlreadyRegistered(Conflict):
    """Only told to somebody who proved by a code that the phone is theirs."""

    slug = "phone-already-registered"
    title = ("手机号已注册", "Phone already registered")

    def __init__(self) -> None:
        super().__init__(
            "这个手机号已经注册，请直接登录。", "This phone has an account already; log in instead."
        )


class CodeRefused(InvalidInput):
    slug = "code-refused"
    title = ("验证码无效", "Code refused")

    def __init__(self) -> None:
        super().__init__(
            "验证码错误、已失效，或输错次数过多。请核对后重试，或重新获取。",
            "The code is wrong, no longer valid, or was tried too often. Check it, or ask for a new one.",
            errors=[FieldError("/code", "验证码无效", "not a valid code")],
        )


class TooManyCodes(TooManyRequests):
    slug = "too-many-codes"
    title = ("验证码获取过于频繁", "Too many codes")

    def __init__(self, retry_after: int, *, by_strangers: bool = False) -> None:
        """`by_strangers`: what all strangers share is used up."""
        self.by_strangers = by_strangers
        super().__init__(
            f"获取验证码过于频繁，请在 {retry_after} 秒后再试；也可以改用口令、微信、扫码或市统一身份平台登录，"
            "或在您常用的网络上再试。",
            f"Too many codes were asked for; try again in {retry_after} seconds, or log in by password, WeChat, "
            "a scanned code or the city's platform, or from a network you usually log in from.",
            retry_after=retry_after,
        )


class SmsBudgetUsedUp(TooManyRequests):
    """Over all phones together: nobody's fault who reads it."""

    slug = "sms-budget-used-up"
    title = ("短信发送量已达上限", "Too many messages are being sent")

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"当前短信发送量过大，请在 {retry_after} 秒后再试；也可以改用口令、微信、扫码或市统一身份平台登录。",
            f"Too many messages are being sent at present; try again in {retry_after} seconds, or log in by "
            "password, WeChat, a scanned code or the city's platform.",
            retry_after=retry_after,
        )


class TooManyAttempts(TooManyRequests):
    slug = "too-many-attempts"
    title = ("尝试次数过多", "Too many attempts")

    def __init__(
        self, retry_after: int, instead: tuple[str, str] = ("", ""), *, by_strangers: bool = False
    ) -> None:
        """`instead`: what else one can do, in Chinese and English. `by_strangers`: what they share is used up."""
        self.by_strangers = by_strangers
        super().__init__(
            f"尝试次数过多，请在 {retry_after} 秒后再试。{instead[0]}",
            f"There were too many attempts; try again in {retry_after} seconds. {instead[1]}".strip(),
            retry_after=retry_after,
        )


class PasswordUnsuitable(InvalidInput):
    slug = "password-unsuitable"
    title = ("口令不符合要求", "Password unsuitable")

    def __init__(self, path: str) -> None:
        super().__init__(
            "口令须为 8 至 128 个字符，不能是常见口令，也不能包含手机号或警号。",
            "A password has 8 to 128 characters, is not a common one and does not contain the phone "
            "or badge number.",
            errors=[FieldError(path, "请换一个更安全的口令", "choose a safer password")],
        )


class PasswordRefused(Forbidden):
    slug = "password-refused"
    title = ("验证未通过", "Not confirmed")

    def __init__(self) -> None:
        super().__init__(
            "当前口令不正确，或验证码无效，口令未修改。",
            "The present password is wrong or the code is not valid; the password was not changed.",
        )


class RealNameNotConfirmed(Conflict):
    """One answer for a mismatch and for a number that another account holds: neither is disclosed."""

    slug = "real-name-not-confirmed"
    title = ("实名认证未通过", "Real name not confirmed")

    def __init__(self) -> None:
        super().__init__(
            "未能完成实名认证，请核对所填信息。如确认无误，请携带本人有效身份证件到任一服务窗口办理。",
            "The real-name check did not succeed. Check what you entered; if it is right, take your "
            "identity document to any service window.",
        )


class AlreadyVerified(Conflict):
    slug = "already-verified"
    title = ("已完成实名认证", "Already verified")

    def __init__(self) -> None:
        super().__init__(
            "该账号已用其他身份完成实名认证，不能更改。",
            "This account was already verified with another identity, which cannot be changed.",
        )


class RealNameServiceDown(ServiceUnavailable):
    slug = "real-name-service-down"
    title = ("实名认证服务暂不可用", "Real-name service unavailable")

    def __init__(self) -> None:
        super().__init__(
            "实名认证服务暂时没有答复，请稍后再试，已填信息没有提交。",
            "The real-name service does not answer right now; try again later. Nothing was stored.",
        )


class SessionEnded(Unauthorized):
    slug = "session-ended"
    title = ("登录已失效", "Session ended")

    def __init__(self) -> None:
        super().__init__("登录已失效，请重新登录。", "The session has ended; log in again.")


class SessionNotFound(NotFound):
    """Also the answer for somebody else's, and for one that has ended."""

    slug = "no-such-session"
    title = ("没有这个登录设备", "No such session")

    def __init__(self) -> None:
        super().__init__(
            "没有这个登录设备，或它已退出。请刷新列表。",
            "You have no such session, or it has ended; reload the list.",
        )


class RefreshTokenReused(Unauthorized):
    """An old refresh token came back: it was copied, so the whole session is over."""

    slug = "refresh-token-reused"
    title = ("登录凭证被重复使用", "Refresh token reused")

    def __init__(self) -> None:
        super().__init__(
            "这个登录凭证已被使用过，为安全起见本次登录已全部退出，请重新登录。",
            "This refresh token was used before; for safety the session was ended everywhere. Log in again.",
        )


class ServiceRefused(Unauthorized):
    slug = "service-refused"
    title = ("服务认证失败", "Service refused")

    def __init__(self) -> None:
        super().__init__("服务名或密钥不正确。", "The service's name or secret is wrong.")


class AccountNotFound(NotFound):
    slug = "no-such-account"
    title = ("账号不存在", "No such account")

    def __init__(self) -> None:
        super().__init__("没有这个账号。", "There is no such account.")


class OfficerNotFound(NotFound):
    """Also the answer for an officer of another department, whom the caller may not see."""

    slug = "no-such-officer"
    title = ("人员不存在", "No such officer")

    def __init__(self) -> None:
        super().__init__(
            "没有这名人员，或其不在您的管辖范围内。",
            "There is no such officer, or they are not in your department.",
        )


class BadgeTaken(Conflict):
    slug = "badge-taken"
    title = ("警号已存在", "Badge number taken")

    def __init__(self) -> None:
        super().__init__("这个警号已有人使用，请核对。", "This badge number is in use; check it.")


class ActivationRefused(Forbidden):
    """One answer for an unknown badge number and a wrong or old code: nobody learns who is expected."""

    slug = "activation-refused"
    title = ("激活失败", "Activation refused")

    def __init__(self) -> None:
        super().__init__(
            "警号或激活码不正确，或激活码已过期、已使用。请核对，或请管理员重新发放。",
            "The badge number or the code is wrong, or the code is old or used. Check them, or ask for another.",
        )


class AlreadyActive(Conflict):
    slug = "already-active"
    title = ("账号已激活", "Active already")

    def __init__(self) -> None:
        super().__init__(
            "该人员已设置口令，不需要激活码。", "The officer has a password already and needs no code."
        )


class OfficerChanged(Conflict):
    slug = "officer-changed"
    title = ("信息已被他人修改", "Changed in the meantime")

    def __init__(self, version: int) -> None:
        super().__init__(
            "该人员信息刚被他人修改，请刷新后重试。",
            "Somebody changed this officer in the meantime; reload and try again.",
            current_version=version,
        )


class OutsideAuthority(Forbidden):
    slug = "outside-authority"
    title = ("超出权限", "Outside your authority")

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)


class PostInvalid(InvalidInput):
    """A combination of unit, rank and roles that nobody can hold."""

    slug = "post-invalid"
    title = ("岗位信息有误", "Invalid post")

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(
            "岗位信息有误，请按 errors 中的提示修改。",
            "The post is not possible; correct what `errors` lists.",
            errors=errors,
        )


class IdentityUnknown(Conflict):
    """A proof that says nothing of name and number needs an account that knows them."""

    slug = "identity-unknown"
    title = ("请先完成实名认证", "Real-name check first")

    def __init__(self) -> None:
        super().__init__(
            "请先完成实名认证（姓名和身份证号），再进行此项核验。",
            "Do the real-name check (name and number) first, then this one.",
        )


class PhoneNotRegistered(NotFound):
    """For officers only: the person stands before them."""

    slug = "phone-not-registered"
    title = ("手机号尚未注册", "Phone not registered")

    def __init__(self) -> None:
        super().__init__(
            "这个手机号还没有注册，请申请人先用本人手机号注册。",
            "There is no account with this phone; the person registers with their own phone first.",
        )


class NotAtThisWindow(Forbidden):
    slug = "not-at-this-window"
    title = ("不在您所属的窗口", "Not a window of yours")

    def __init__(self) -> None:
        super().__init__(
            "没有这个窗口，或它不属于您的分局和警种，请核对窗口代码。",
            "There is no such window, or it is not one of your branch and department; check its code.",
        )


class OwnMatter(Forbidden):
    """An officer's account and a person's are not linked: the name is all there is to go by, and a colleague helps."""

    slug = "own-matter"
    title = ("不能为本人办理", "Not in your own matter")

    def __init__(self) -> None:
        super().__init__(
            "不能为本人（含同名人员）办理，请由其他民警办理。",
            "Nobody does this for themselves; for somebody of the same name, ask a colleague.",
        )
