"""The menu of control: every call and what it does. Bodies and answers: PROTOCOL.md §11."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.routing import Route

from ..courier.depot import Depot
from ..errors import Refused
from ..faults import PARTNERS, FaultBoard, Faults, partners_of
from ..fields import text
from ..fines import IssuingSystem, PutDecision
from ..notices.book import NoticeBook
from ..notices.dispatcher import Dispatcher
from ..realname import RealNameService, Result
from ..sms import SmsOperator, plain_phone
from ..tempo import Tempo, TraceCode
from .door import Answer, Ask, ControlDoor
from .ledgers import Ledgers


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AdvanceParcel(_Body):
    code: TraceCode
    description: Annotated[str, text(200)] | None = None


class PutRealName(_Body):
    result: Result


def fault_routes(door: ControlDoor, board: FaultBoard, dispatcher: Dispatcher) -> list[Route]:
    def all_set(ask: Ask) -> Answer:
        return board.now_set()

    def put(ask: Ask) -> Answer:
        chosen = partners_of(ask.path["partner"])
        for partner in chosen:
            board.set(partner, ask.read(Faults))
            dispatcher.release(partner)
        return board.now_set()[chosen[0]]

    def clear(ask: Ask) -> Answer:
        chosen = partners_of(ask.path["partner"]) if "partner" in ask.path else PARTNERS
        for partner in chosen:
            board.set(partner, Faults())
            dispatcher.release(partner)
        return board.now_set()

    return [
        door.route("GET", "/faults", all_set),
        door.route("DELETE", "/faults", clear),
        door.route("PUT", "/faults/{partner}", put),
        door.route("DELETE", "/faults/{partner}", clear),
    ]


def tempo_routes(door: ControlDoor, tempo: Tempo, depot: Depot) -> list[Route]:
    def show(ask: Ask) -> Answer:
        return tempo.model_dump()

    def change(ask: Ask) -> Answer:
        asked = ask.read(TempoChange).model_dump(exclude_unset=True)
        try:
            changed = Tempo(**{**tempo.model_dump(), **asked})
        except ValidationError as error:
            raise Refused(400, "PARAM_ERROR", f"参数错误: {error.errors()[0]['msg']}") from None
        for name, value in changed:
            setattr(tempo, name, value)
        depot.move_all()
        return tempo.model_dump()

    return [door.route("GET", "/settings", show), door.route("PATCH", "/settings", change)]


class TempoChange(_Body):
    """Any of the settings; `Tempo` knows their limits."""

    courier_auto: bool = True
    courier_step_seconds: float = 0
    courier_path: list[TraceCode] = []
    refund_seconds: float = 0
    time_scale: float = 0


def book_routes(door: ControlDoor, ledgers: Ledgers, fines: IssuingSystem) -> list[Route]:
    def decisions(ask: Ask) -> Answer:
        return {"decisions": fines.all()}

    return [
        door.route("GET", "/books/courier", ledgers.courier),
        door.route("GET", "/books/fines", decisions),
        door.route("GET", "/books/fiscal", ledgers.fiscal),
        door.route("GET", "/books/{channel}", ledgers.acquirer),
        door.route("GET", "/notices", ledgers.notices),
    ]


def notice_routes(door: ControlDoor, book: NoticeBook, dispatcher: Dispatcher) -> list[Route]:
    def redeliver(ask: Ask) -> Answer:
        notice = book.find(ask.path["notice_id"])
        if notice is None:
            raise Refused(404, "NOTICE_NOT_EXIST", "通知不存在")
        dispatcher.redeliver(notice)
        return {"notice_id": notice.notice_id}

    def redeliver_all(ask: Ask) -> Answer:
        partner = ask.query.get("partner")
        notices = book.unacked(partners_of(partner) if partner else PARTNERS)
        for notice in notices:
            dispatcher.redeliver(notice)
        return {"count": len(notices)}

    return [
        door.route("POST", "/notices/redeliver", redeliver_all),
        door.route("POST", "/notices/{notice_id}/redeliver", redeliver),
    ]


def other_routes(
    door: ControlDoor, depot: Depot, sms: SmsOperator, realname: RealNameService, fines: IssuingSystem
) -> list[Route]:
    def advance(ask: Ask) -> Answer:
        asked = ask.read(AdvanceParcel)
        return depot.advance_by_hand(ask.path["order_no"], asked.code, asked.description)

    def inbox(ask: Ask) -> Answer:
        try:
            phone = plain_phone(ask.path["phone"])
        except ValueError:
            raise Refused(400, "PARAM_ERROR", "参数错误 phone") from None
        return {"phone": phone, "messages": sms.inbox(phone, ask.number("limit", 10, 1_000))}

    def put_realname(ask: Ask) -> Answer:
        result = ask.read(PutRealName).result
        realname.write_down(ask.path["number"], result)
        return {"result": result}

    def forget_realname(ask: Ask) -> Answer:
        realname.forget(ask.path["number"])
        return {}

    def put_decision(ask: Ask) -> Answer:
        return fines.put(ask.path["decision_no"], ask.read(PutDecision))

    return [
        door.route("POST", "/courier/{order_no}/advance", advance),
        door.route("GET", "/sms/{phone}", inbox),
        door.route("PUT", "/realname/{number}", put_realname),
        door.route("DELETE", "/realname/{number}", forget_realname),
        door.route("PUT", "/fines/decisions/{decision_no:path}", put_decision),
    ]
