"""What can go wrong: for programs in OAuth's words, for people as sentences."""

from chassis.problems import Conflict, FieldError, Forbidden, InvalidInput, NotFound, Problem


class OAuthError(Exception):
    """An error as RFC 6749 §5.2 and OpenID Connect name them; `description` is for whoever builds the client."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


class InvalidClient(OAuthError):
    """One answer for unknown, disabled and wrongly authenticated clients."""

    def __init__(self) -> None:
        super().__init__("invalid_client", "the client is unknown or did not prove itself", status=401)


class InvalidGrant(OAuthError):
    def __init__(self, description: str) -> None:
        super().__init__("invalid_grant", description)


class InvalidToken(OAuthError):
    """RFC 6750 §3.1."""

    def __init__(self) -> None:
        super().__init__("invalid_token", "the access token is not valid, or no longer", status=401)


class ClientNotFound(NotFound):
    slug = "no-such-client"
    title = ("应用不存在", "No such client")

    def __init__(self) -> None:
        super().__init__("没有这个应用。", "There is no such client.")


class ClientChanged(Conflict):
    slug = "client-changed"
    title = ("信息已被他人修改", "Changed in the meantime")

    def __init__(self, version: int) -> None:
        super().__init__(
            "该应用刚被他人修改，请刷新后重试。",
            "Somebody changed this client in the meantime; reload and try again.",
            current_version=version,
        )


class ClientInvalid(InvalidInput):
    slug = "client-invalid"
    title = ("应用信息有误", "Invalid client")

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(
            "应用信息有误，请按 errors 中的提示修改。",
            "The client is not possible; correct what `errors` lists.",
            errors=errors,
        )


class ClientHasNoSecret(Conflict):
    slug = "client-has-no-secret"
    title = ("该应用不使用密钥", "This client has no secret")

    def __init__(self) -> None:
        super().__init__(
            "该应用用公钥（private_key_jwt）认证，请改为更新 jwks。",
            "This client proves itself by its keys (private_key_jwt); change its `jwks` instead.",
        )


class ConsentNotFound(NotFound):
    slug = "no-such-consent"
    title = ("没有这项授权", "No such consent")

    def __init__(self) -> None:
        super().__init__("您没有授权过这个应用。", "You have not agreed to anything for this client.")


class RequestRefused(Problem):
    """A client's request that must not be sent back to it, since who sent it is not certain."""

    slug = "authorization-request-refused"
    title = ("无法继续登录", "This log-in cannot go on")


class FlowGone(Problem):
    slug = "log-in-expired"
    title = ("本次登录已失效", "This log-in has expired")

    def __init__(self) -> None:
        super().__init__(
            "本次登录已超时、已完成，或是在另一个浏览器中开始的。请回到您要使用的系统，重新点击登录。",
            "This log-in took too long, was finished already, or was begun in another browser. Go back to the system "
            "you want to use and log in again.",
        )


class FormStale(Problem):
    slug = "form-stale"
    title = ("页面已过期", "The page is out of date")

    def __init__(self) -> None:
        super().__init__(
            "打开本页之后，您在这个浏览器中登录、退出过，或认证等级有了变化，因此本次提交未生效（也可能是浏览器禁用了 "
            "Cookie）。请点“继续”，在新打开的页面上重新填写。",
            "Since this page was opened, somebody logged in or out in this browser, or your level rose, so what you "
            "sent was not taken (or the browser refuses cookies). Choose “Go on” and fill in the page that opens.",
        )


class AccountNotReady(Forbidden):
    slug = "account-not-ready"
    title = ("请先完成账号设置", "Set up your account first")

    def __init__(self) -> None:
        super().__init__(
            "请先登录平台修改初始口令，并按要求绑定动态口令，再登录其他系统。",
            "First log in to the platform itself: change your initial password and, where it is required, add an "
            "authenticator.",
        )
