"""Why a parcel cannot be claimed, or nothing made anew for it."""

from datetime import datetime

from chassis.clock import SHANGHAI
from chassis.problems import Conflict, NotFound

from .shipment import CalledOff
from .transitions import State


class NothingToClaim(Conflict):
    slug = "nothing-to-claim"
    title = ("当前不能索赔", "Nothing to claim")

    def __init__(self, state: State, kind: str) -> None:
        zh, en = (
            (
                "只有已揽收、尚未送达的快件可以报丢失。",
                "Only what was picked up and has not arrived can be lost.",
            )
            if kind == "lost"
            else ("只有已送达的快件可以报损坏。", "Only what was delivered can have come damaged.")
        )
        super().__init__(zh, en, state=state.value)


class ClaimTooEarly(Conflict):
    slug = "claim-too-early"
    title = ("还不能报丢失", "Too early to call it lost")

    def __init__(self, possible_from: datetime) -> None:
        day = possible_from.astimezone(SHANGHAI)
        super().__init__(
            f"快件近期仍有动态，{day:%Y年%m月%d日 %H:%M} 之后仍无消息时可以报丢失；"
            "如快递公司已告知丢失，请联系承办单位。",
            f"The parcel was heard of lately. It can be called lost after {day:%Y-%m-%d %H:%M}, if nothing is heard "
            "until then; if the courier told you that it is lost, ask the unit.",
            possible_from=possible_from.isoformat(),
        )


class ClaimTooLate(Conflict):
    slug = "claim-too-late"
    title = ("已过报损期限", "Too late to call it damaged")

    def __init__(self, possible_until: datetime) -> None:
        day = possible_until.astimezone(SHANGHAI)
        super().__init__(
            f"签收损坏应在 {day:%Y年%m月%d日 %H:%M} 前提出，请到承办单位窗口处理。",
            f"Damage had to be told until {day:%Y-%m-%d %H:%M}; ask at the unit's window.",
            possible_until=possible_until.isoformat(),
        )


class AlreadyClaimed(Conflict):
    slug = "already-claimed"
    title = ("已经索赔", "Already claimed")

    def __init__(self) -> None:
        super().__init__(
            "这件快件已经提出过同样的索赔，进展见寄递详情。",
            "That was claimed for this parcel already; see the parcel for how it goes on.",
        )


class ClaimNotFound(NotFound):
    slug = "claim-not-found"
    title = ("索赔不存在", "No such claim")

    def __init__(self) -> None:
        super().__init__("这件快件没有这项索赔。", "The parcel has no such claim.")


class ClaimEnded(Conflict):
    slug = "claim-ended"
    title = ("不能重新制发", "Nothing to make anew")

    def __init__(self, state: str) -> None:
        super().__init__(
            "快件已找到，或寄的是申请人自己的材料原件，不能重新制发。",
            "It was found, or what was in it were the applicant's own originals: there is nothing to make anew.",
            state=state,
        )


class NotLost(Conflict):
    slug = "parcel-not-lost"
    title = ("快件并未丢失", "The parcel is not lost")

    def __init__(self, state: State) -> None:
        super().__init__(
            "快件已送达、退回或已重新寄出，其中的凭证仍然有效，不能按丢失重新制发。退回的可重新寄出或到窗口领取；"
            "签收时损坏的，请按损坏索赔。",
            "It arrived, came back or went out again, and the document in it is valid: it is not made anew as lost. "
            "What came back is sent again or collected at the window; what came damaged is claimed as damaged.",
            state=state.value,
        )


class NothingToMakeAnew(Conflict):
    slug = "nothing-to-make-anew"
    title = ("无需重新制发", "Nothing is to be made anew")

    def __init__(self, why: CalledOff) -> None:
        zh, en = (
            ("办件已撤回", "the case was withdrawn")
            if why == "withdrawn"
            else ("证件或文书已在窗口领取", "the document was collected at the window")
        )
        super().__init__(
            f"{zh}，这件快件不再需要，不能重新制发。",
            f"Nobody waits for this parcel any more: {en}.",
            called_off=why,
        )
