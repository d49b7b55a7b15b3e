"""Orders at the courier, and parcels moving along their path, by themselves or by hand."""

import asyncio
import logging
from collections.abc import Callable

from ..edge import Document
from ..errors import Refused
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .books import CourierBooks, Row
from .documents import WORDS, PlaceParcel, parties_json, push_body, state_document, traces_document

log = logging.getLogger(__name__)


class Depot:
    def __init__(
        self,
        books: CourierBooks,
        notices: NoticeBook,
        submit: Callable[[Notice], asyncio.Task[None]],
        tempo: Tempo,
    ) -> None:
        self._books = books
        self._notices = notices
        self._submit = submit
        self._tempo = tempo
        self._trips: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        self.move_all()

    async def stop(self) -> None:
        trips = list(self._trips.values())
        for trip in trips:
            trip.cancel()
        await asyncio.gather(*trips, return_exceptions=True)

    def place(self, asked: PlaceParcel) -> Document:
        known = self._books.order(asked.order_no)
        if known is not None:
            if known["direction"] != asked.direction:
                raise Refused(409, "ORDER_NO_CONFLICT", "订单号已用于另一方向的寄件")
            if known["state"] == "CANCELLED":
                raise Refused(409, "ORDER_CANCELLED", "订单已取消，不能重复使用")
            return state_document(known)
        with self._books.transaction():
            waybill_no = self._books.add_order(
                asked.order_no, asked.direction, asked.id_bound, parties_json(asked), asked.notify_url
            )
        if self._tempo.courier_auto:
            self._move(asked.order_no)
        return {"order_no": asked.order_no, "waybill_no": waybill_no, "state": "ACCEPTED"}

    def cancel(self, order_no: str) -> Document:
        order = self._find(order_no)
        if order["state"] not in ("ACCEPTED", "CANCELLED"):
            raise Refused(409, "ALREADY_PICKED_UP", "快件已揽收，不能取消")
        with self._books.transaction():
            self._books.cancel(order_no)
        if trip := self._trips.get(order_no):
            trip.cancel()
        return state_document(self._find(order_no))

    def traces(self, order_no: str) -> Document:
        return traces_document(self._find(order_no), self._books.traces(order_no))

    def advance_by_hand(self, order_no: str, code: str, description: str | None) -> Document:
        """Any code, known or not, in any state: couriers do send such things. It stops moving by itself."""
        order = self._find(order_no)
        if trip := self._trips.get(order_no):
            trip.cancel()
        self._advance(order, code, description, by_hand=True)
        return self.traces(order_no)

    def moving_by_themselves(self) -> int:
        return len(self._trips)

    def move_all(self) -> None:
        """Every parcel that has not arrived and moves by itself goes on: at the start, or when told so."""
        if not self._tempo.courier_auto:
            return
        for order_no in self._books.moving():
            if order_no not in self._trips:
                self._move(order_no)

    def _move(self, order_no: str) -> None:
        trip = asyncio.get_running_loop().create_task(self._travel(order_no))
        self._trips[order_no] = trip
        trip.add_done_callback(lambda done: self._arrived(order_no, done))

    def _arrived(self, order_no: str, trip: asyncio.Task[None]) -> None:
        self._trips.pop(order_no, None)
        if not trip.cancelled() and (error := trip.exception()):
            log.error("a parcel got stuck", exc_info=error)

    async def _travel(self, order_no: str) -> None:
        """Each push waits for the first attempt of the one before, so that they normally arrive in order."""
        while True:
            await asyncio.sleep(self._tempo.courier_step_seconds)
            order = self._find(order_no)
            path = self._tempo.courier_path
            if not self._tempo.courier_auto or order["step"] >= len(path):
                return
            attempt = self._advance(order, path[order["step"]], None, by_hand=False)
            await asyncio.wait([attempt])

    def _advance(self, order: Row, code: str, words: str | None, *, by_hand: bool) -> asyncio.Task[None]:
        order_no = order["order_no"]
        words = words or WORDS.get(code, code)
        with self._books.transaction():
            trace = self._books.add_trace(order_no, code, words, by_hand=by_hand)
            notice = self._notices.add(
                trace.event_id, "courier", order_no, order["notify_url"], push_body(order, trace)
            )
        return self._submit(notice)

    def _find(self, order_no: str) -> Row:
        order = self._books.order(order_no)
        if order is None:
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        return order
