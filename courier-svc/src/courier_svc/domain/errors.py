"""What can be wrong with a request about shipments, as sentences."""

from chassis.problems import Conflict, NotFound, ServiceUnavailable, Unauthorized

from .shipment import CalledOff
from .transitions import State, allowed

_STATES = {
    State.REQUESTED: "正在向快递公司下单",
    State.CREATED: "已下单、等待揽收",
    State.PICKED_UP: "已揽收",
    State.IN_TRANSIT: "运输中",
    State.DELIVERED: "已妥投",
    State.RETURNED: "已退回",
    State.CANCELLED: "已取消",
    State.LOST: "已确认丢失",
    State.NEEDS_ATTENTION: "需要人工处理",
}


class ShipmentNotFound(NotFound):
    slug = "shipment-not-found"
    title = ("寄递记录不存在", "No such shipment")

    def __init__(self) -> None:
        super().__init__(
            "没有这条寄递记录，或者您不能查看它。", "There is no such shipment, or it is not yours to see."
        )


class IllegalMove(Conflict):
    """The shipment is not in a state that allows it."""

    slug = "shipment-illegal-move"
    title = ("当前状态不能这样做", "Not possible in this state")

    def __init__(self, state: State, zh: str, en: str) -> None:
        super().__init__(
            f"寄递{_STATES[state]}，{zh}",
            f"The shipment is {state.value}: {en}",
            state=state.value,
            possible=list(allowed(state)),
        )


_WHY_CALLED_OFF: dict[CalledOff, tuple[str, str]] = {
    "withdrawn": ("办件已撤回", "the case was withdrawn"),
    "collected": ("证件或文书已在窗口领取", "the document was collected at the window"),
}


class NoLongerWanted(Conflict):
    """The case wants nothing sent any more, wherever the parcel is."""

    slug = "shipment-no-longer-wanted"
    title = ("不再需要寄递", "Nothing is to be sent any more")

    def __init__(self, why: CalledOff) -> None:
        zh, en = _WHY_CALLED_OFF[why]
        super().__init__(
            f"{zh}，不能再寄出或修改地址。",
            f"It cannot be sent again, nor its address changed: {en}.",
            called_off=why,
        )


class NoLabel(Conflict):
    """There is nothing to print a label for."""

    slug = "shipment-without-label"
    title = ("没有可打印的面单", "No label to print")

    def __init__(self, state: State) -> None:
        super().__init__(
            f"寄递{_STATES[state]}，没有可打印的面单。快递公司接单、尚未揽收时才能打印。",
            f"The shipment is {state.value}: a label can be printed once the courier took the order, until pick-up.",
            state=state.value,
        )


class CourierNotAnswering(ServiceUnavailable):
    slug = "courier-not-answering"
    title = ("快递公司暂无应答", "The courier does not answer")

    def __init__(self) -> None:
        super().__init__(
            "快递公司系统暂时没有应答，请稍后重试。",
            "The courier's system does not answer at the moment; try again later.",
        )


class SavedAddressUnknown(NotFound):
    slug = "saved-address-not-found"
    title = ("地址不存在", "No such address")

    def __init__(self) -> None:
        super().__init__(
            "地址簿里没有这个地址，可能已被删除。请重新选择，或直接填写地址。",
            "There is no such address in the book; it may have been deleted. Choose another, or type one.",
        )


class AddressBookNotAnswering(ServiceUnavailable):
    slug = "address-book-unavailable"
    title = ("地址簿暂时无法读取", "The address book cannot be read")

    def __init__(self) -> None:
        super().__init__(
            "地址簿暂时无法读取，请稍后重试，或直接填写地址。",
            "The address book cannot be read at the moment; try again later, or type the address.",
        )


class PushUnverified(Unauthorized):
    """A push that does not prove to be the courier's. Told in the log, not to the caller."""

    slug = "push-unverified"
    title = ("无法验证签名", "Cannot be verified")

    def __init__(self, cause: str, reason: str) -> None:
        """`cause` is a code, `reason` says it in words."""
        super().__init__("推送无法验证。", f"The push cannot be verified: {reason}.")
        self.cause = cause
        self.reason = reason
