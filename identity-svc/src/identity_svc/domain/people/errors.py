"""What can be wrong with asking for an export, or for the end of an account."""

from collections.abc import Sequence

from chassis.people import Blocker
from chassis.problems import Conflict, Forbidden, Gone, NotFound, ServiceUnavailable


class ExportNotFound(NotFound):
    slug = "export-not-found"
    title = ("没有这份导出", "No such export")

    def __init__(self) -> None:
        super().__init__(
            "没有这份个人数据导出，可能已过期删除，请重新申请。",
            "There is no such export; it may have expired. Ask for another.",
        )


class ExportUnderWay(Conflict):
    slug = "export-under-way"
    title = ("正在准备导出", "An export is being prepared")

    def __init__(self) -> None:
        super().__init__(
            "您的个人数据导出正在准备，完成后会通知您，无需重复申请。",
            "Your export is being prepared; you will be told when it is ready.",
        )


class ExportNotReady(Conflict):
    slug = "export-not-ready"
    title = ("导出尚未完成", "The export is not ready")

    def __init__(self) -> None:
        super().__init__("导出尚未准备好，请稍后再下载。", "The export is not ready; download it later.")


class ProveYourselfAgain(Forbidden):
    """The session is too old for what opens everything that is known of somebody."""

    slug = "reauthentication-needed"
    title = ("请重新登录", "Log in again")

    def __init__(self) -> None:
        super().__init__(
            "为保护您的个人数据，请重新登录后几分钟内再进行此操作。",
            "To protect your data, log in again and do this within the next minutes.",
        )


class AccountClosed(Forbidden):
    slug = "account-closed"
    title = ("账号正在注销", "The account is being erased")

    def __init__(self) -> None:
        super().__init__(
            "这个账号正在注销，已不能登录或代办。注销完成后，可以用同一手机号重新注册。",
            "This account is being erased: nobody can log in or act for it. The phone can register anew afterwards.",
        )


class AccountGone(Gone):
    slug = "account-erased"
    title = ("账号已注销", "The account was erased")

    def __init__(self) -> None:
        super().__init__(
            "这个账号已注销，本人信息不再保存。",
            "The account was erased; what its owner was called is not kept.",
        )


class ErasureBlocked(Conflict):
    slug = "erasure-blocked"
    title = ("暂时不能注销", "The account cannot be erased yet")

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__(
            "请先办结以下事项，再申请注销：" + "".join(one.zh for one in blockers),
            "Settle these first, then ask again: " + " ".join(one.en for one in blockers),
            blockers=[one.model_dump() for one in blockers],
        )


class ErasureUnderWay(Conflict):
    slug = "erasure-under-way"
    title = ("已申请注销", "Erasure was asked for")

    def __init__(self) -> None:
        super().__init__(
            "您已申请注销账号，正在等待期内；可以查看进度或取消。",
            "Erasure was asked for and waits its days; look how far it is, or cancel it.",
        )


class ErasureNotFound(NotFound):
    slug = "erasure-not-found"
    title = ("没有注销申请", "No such erasure")

    def __init__(self) -> None:
        super().__init__(
            "没有这个注销申请，或回执已过期。请核对回执链接，或在“账号注销”中查看。",
            "There is no such erasure, or its receipt has expired. Check the link, or look under your account.",
        )


class ErasureBegun(Conflict):
    slug = "erasure-begun"
    title = ("注销已开始或已结束", "The erasure has begun or is over")

    def __init__(self) -> None:
        super().__init__(
            "注销已经开始、取消或完成，不能再取消。",
            "The erasure has begun or is over: it cannot be cancelled.",
        )


class PartsSilent(ServiceUnavailable):
    """A service does not say whether something stands in the way: then nothing is begun."""

    slug = "erasure-unavailable"
    title = ("暂时无法核对", "Cannot be checked now")

    def __init__(self) -> None:
        super().__init__(
            "暂时无法核对您是否还有未办结的事项，请稍后再试。",
            "It cannot be checked now whether something is still open: try again later.",
        )
