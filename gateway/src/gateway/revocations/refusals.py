"""What is said to whoever comes with a token that opens nothing any more, or perhaps does not."""

from chassis.problems import ServiceUnavailable, Unauthorized


class SessionRevoked(Unauthorized):
    slug = "session-revoked"
    title = ("登录已退出", "Session ended")

    def __init__(self) -> None:
        super().__init__(
            "本次登录已退出或被撤销，请重新登录。", "This session was ended or revoked; log in again."
        )


class MandateRevoked(Unauthorized):
    slug = "mandate-revoked"
    title = ("代办授权已收回", "Mandate revoked")

    def __init__(self) -> None:
        super().__init__(
            "代办授权已被收回或已到期，不能再代为办理；您可以用自己的身份继续。",
            "The mandate you act by was revoked or has ended; go on in your own name.",
        )


class RevocationsUnknown(ServiceUnavailable):
    """Nothing is wrong with the token as far as we know, and we do not know far enough."""

    slug = "revocations-unknown"
    title = ("暂时无法确认登录状态", "Session cannot be confirmed")

    def __init__(self) -> None:
        super().__init__(
            "暂时无法确认您的登录是否仍然有效，请稍后重试；无需登录的服务不受影响。",
            "We cannot confirm just now that your session is still valid; try again shortly. What needs no log-in "
            "goes on.",
            retry_after=5,
        )
