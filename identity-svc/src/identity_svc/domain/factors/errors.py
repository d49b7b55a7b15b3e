"""What can go wrong between a right password and a session, and with what proves one besides it."""

from chassis.problems import Conflict, FieldError, Forbidden, NotFound, Unauthorized


class SecondFactorRefused(Unauthorized):
    """One answer for a wrong code, one used before, and a log-in that took too long."""

    slug = "second-factor-refused"
    title = ("动态口令验证失败", "Code refused")

    def __init__(self) -> None:
        super().__init__(
            "动态口令或恢复码不正确、已使用过，或登录已超时。请等待下一个动态口令再试，或重新登录。",
            "The code is wrong, was used before, or the log-in took too long. Wait for the next code, or log in again.",
        )


class FactorNotProven(Forbidden):
    """Of somebody who is logged in, and stays so."""

    slug = "factor-not-proven"
    title = ("验证未通过", "Not confirmed")

    def __init__(self, path: str) -> None:
        super().__init__(
            "口令、动态口令或恢复码不正确，或动态口令已使用过，未作任何更改。请核对后再试。",
            "The password or the code is wrong, or the code was used before; nothing was changed. Check and try again.",
            errors=[FieldError(path, "未通过验证", "not confirmed")],
        )


class NotEnrolled(Conflict):
    slug = "second-factor-not-enrolled"
    title = ("尚未启用动态口令", "No authenticator yet")

    def __init__(self) -> None:
        super().__init__(
            "尚未启用动态口令，或绑定已超时，请重新绑定身份验证器。",
            "There is no authenticator yet, or adding it took too long; begin again.",
        )


class DeviceNotFound(NotFound):
    slug = "no-such-device"
    title = ("设备不存在", "No such device")

    def __init__(self) -> None:
        super().__init__(
            "没有这台受信任设备，可能已移除。", "There is no such trusted device; it may be removed already."
        )
