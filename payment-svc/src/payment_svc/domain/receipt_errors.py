"""What can be wrong with receipts."""

from uuid import UUID

from chassis.problems import Conflict, NotFound, ServiceUnavailable


class FiscalPlatformDown(ServiceUnavailable):
    """It did not answer, or not credibly: what it did is unknown until it is asked again."""

    slug = "fiscal-platform-down"
    title = ("财政票据平台暂时不可用", "The fiscal platform is not available")

    def __init__(self, cause: str) -> None:
        super().__init__(
            "财政票据平台暂时没有回应，稍后会自动重试。",
            f"The fiscal platform did not answer ({cause}); it will be asked again.",
        )


class FiscalPlatformRefused(Conflict):
    """It answered that it will not; it is asked again, and a person must look."""

    slug = "fiscal-platform-refused"
    title = ("财政票据平台拒绝开票", "The fiscal platform refused")

    def __init__(self, code: str) -> None:
        super().__init__(
            f"财政票据平台拒绝开票（{code}）。", f"The fiscal platform refused ({code}).", code=code
        )
        self.code = code


class ReceiptNotFound(NotFound):
    """Also the answer for receipts of orders that the caller may not see."""

    slug = "receipt-not-found"
    title = ("票据不存在", "No such receipt")

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(
            "没有这张票据，请核对编号。", "There is no such receipt; check its id.", receipt_id=receipt_id
        )


class ReceiptNotIssued(Conflict):
    slug = "receipt-not-issued"
    title = ("票据尚未开出", "The receipt is not issued yet")

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(
            "票据正在向财政票据平台申请开具，通常几秒钟内完成，请稍后再下载；您的缴款不受影响。",
            "The receipt is being asked for at the fiscal platform, which mostly takes seconds; try again shortly."
            " Your payment stands.",
            receipt_id=receipt_id,
        )


class ReceiptAltered(Conflict):
    """The row is not what the platform sealed: someone or something changed it in the database."""

    slug = "receipt-altered"
    title = ("票据记录异常", "The receipt's record was altered")

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(
            "票据记录与开具时的签章不符，已停止下载并通知运维人员。",
            "The record is not what was sealed when it was issued; it cannot be downloaded, and operators were told.",
            receipt_id=receipt_id,
        )


class PayerUnavailable(ServiceUnavailable):
    slug = "payer-unavailable"
    title = ("暂时无法生成票据文件", "The file cannot be made just now")

    def __init__(self) -> None:
        super().__init__(
            "暂时读取不到缴款人姓名，票据文件尚未生成，请稍后重试。",
            "The payer's name cannot be read just now, so the file was not made; try again shortly.",
        )
