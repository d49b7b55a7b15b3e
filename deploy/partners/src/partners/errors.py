"""What partners refuse, in their own format: `{"code": "ORDER_PAID", "message": "订单已支付"}`."""


class Refused(Exception):
    """A call the partner understood and refused; `code` is stable, `message` is for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def document(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


class CannotStart(Exception):
    """The configuration does not allow the sandbox to run; the text is shown as the only line."""
