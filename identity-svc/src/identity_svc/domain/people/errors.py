"""What can be wrong with asking for an export."""

from chassis.problems import Conflict, Forbidden, NotFound


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
