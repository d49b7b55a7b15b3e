"""What can be wrong with a request about a document."""

from datetime import datetime

from chassis.clock import shown
from chassis.problems import Conflict, Forbidden, Gone, NotFound, Problem, ServiceUnavailable


class DocumentNotFound(NotFound):
    """Also the answer for other people's documents."""

    slug = "document-not-found"
    title = ("证照不存在", "No such document")

    def __init__(self) -> None:
        super().__init__("没有这份电子凭证，请核对编号。", "There is no such document; check its id.")


class DocumentRevoked(Problem):
    status = 410
    slug = "document-revoked"
    title = ("凭证已撤销", "The document was revoked")

    def __init__(self, revoked_at: datetime) -> None:
        super().__init__(
            f"该凭证已于 {shown(revoked_at)} 撤销，不能再下载；如有疑问请联系出具单位。",
            f"The document was revoked on {shown(revoked_at)} and cannot be downloaded; ask the unit.",
            revoked_at=revoked_at.isoformat(),
        )


class AlreadyRevoked(Conflict):
    slug = "document-already-revoked"
    title = ("凭证此前已撤销", "The document was revoked before")

    def __init__(self, revoked_at: datetime) -> None:
        super().__init__(
            f"该凭证已于 {shown(revoked_at)} 撤销，无需再次撤销。",
            f"The document was already revoked on {shown(revoked_at)}.",
            revoked_at=revoked_at.isoformat(),
        )


class HolderUnavailable(ServiceUnavailable):
    slug = "holder-unavailable"
    title = ("暂时无法生成凭证文件", "The file cannot be made just now")

    def __init__(self) -> None:
        super().__init__(
            "暂时读取不到持有人信息，凭证文件尚未生成，请稍后重试。",
            "The holder's name cannot be read just now, so the file was not made; try again shortly.",
        )


class HolderGone(Gone):
    slug = "holder-erased"
    title = ("持有人已注销账号", "The holder's account was erased")

    def __init__(self) -> None:
        super().__init__(
            "持有人已注销账号，凭证文件不再生成；真伪仍可凭验证码核验。",
            "The holder's account was erased, so the file is made no more; its code still says whether it is genuine.",
        )


class RecordAltered(Conflict):
    """The row is not what was signed at issue: someone or something changed it in the database."""

    slug = "document-record-altered"
    title = ("凭证记录异常", "The record was altered")

    def __init__(self) -> None:
        super().__init__(
            "该凭证的记录与签发时不一致，已停止提供并通知管理人员；请联系出具单位。",
            "The record differs from what was signed and is not given out; ask the issuing unit.",
        )


class OnlySupervisors(Forbidden):
    slug = "only-supervisors-revoke"
    title = ("须由督办撤销", "A supervisor revokes documents")

    def __init__(self) -> None:
        super().__init__(
            "只有该单位或部门的督办可以撤销凭证。",
            "Only a supervisor of the document's unit or department may revoke it.",
        )
