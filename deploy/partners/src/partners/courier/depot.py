"""Parcels of all couriers, moving along their path, by themselves or by hand."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from ..clock import wire
from ..edge import Document
from ..errors import Refused
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .books import CourierBooks, Row
from .parcels import Courier, Face, NewParcel, Scan, words_for

log = logging.getLogger(__name__)


class Depot:
    def __init__(
        self,
        books: CourierBooks,
        notices: NoticeBook,
        submit: Callable[[Notice], asyncio.Task[None]],
        tempo: Tempo,
        faces: Mapping[Courier, Face],
    ) -> None:
        self._books = books
        self._notices = notices
        self._submit = submit
        self._tempo = tempo
        self._faces = faces
        self._trips: dict[str, asyncio.Task[None]] = {}  # by waybill

    def start(self) -> None:
        self.move_all()

    async def stop(self) -> None:
        trips = list(self._trips.values())
        for trip in trips:
            trip.cancel()
        await asyncio.gather(*trips, return_exceptions=True)

    def place(self, courier: Courier, asked: NewParcel) -> Row:
        """The same number again gets the first parcel; a cancelled one is not taken a second time."""
        known = self._books.parcel(courier, asked.order_no)
        if known is not None:
            if known["state"] == "CANCELLED":
                raise Refused(409, "ORDER_CANCELLED", "订单已取消，订单号不能重复使用")
            return known
        face = self._faces[courier]
        parties = asked.model_dump_json(include={"sender", "receiver"})
        with self._books.transaction():
            waybill_no = face.waybill(self._books.next_serial())
            self._books.add_parcel(
                courier, asked.order_no, waybill_no, asked.id_bound, parties, face.push_url()
            )
        placed = self.find(courier, asked.order_no)
        if self._tempo.courier_auto:
            self._move(placed)
        return placed

    def cancel(self, courier: Courier, order_no: str) -> Row:
        """No push follows; cancelled already is fine."""
        parcel = self.find(courier, order_no)
        if parcel["state"] not in ("ACCEPTED", "CANCELLED"):
            raise Refused(409, "ALREADY_PICKED_UP", "快件已揽收，不能取消")
        with self._books.transaction():
            self._books.cancel(parcel)
        if trip := self._trips.get(parcel["waybill_no"]):
            trip.cancel()
        return self.find(courier, order_no)

    def knows(self, courier: Courier, order_no: str) -> bool:
        return self._books.parcel(courier, order_no) is not None

    def find(self, courier: Courier, order_no: str) -> Row:
        return _known(self._books.parcel(courier, order_no))

    def find_waybill(self, courier: Courier, waybill_no: str) -> Row:
        return _known(self._books.of_waybill(courier, waybill_no))

    def scans(self, parcel: Row) -> list[Row]:
        return self._books.scans(parcel)

    def advance_by_hand(self, order_no: str, code: str, description: str | None) -> Document:
        """Any code, known or not, in any state: couriers do send such things. It stops moving by itself."""
        parcel = _known(self._books.of_any(order_no))
        if trip := self._trips.get(parcel["waybill_no"]):
            trip.cancel()
        self._advance(parcel, code, description, by_hand=True)
        return self._shown(_known(self._books.of_any(order_no)))

    def moving_by_themselves(self) -> int:
        return len(self._trips)

    def move_all(self) -> None:
        """Every parcel that has not arrived and moves by itself goes on: at the start, or when told so."""
        if not self._tempo.courier_auto:
            return
        for parcel in self._books.moving():
            if parcel["waybill_no"] not in self._trips:
                self._move(parcel)

    def _move(self, parcel: Row) -> None:
        waybill_no = parcel["waybill_no"]
        trip = asyncio.get_running_loop().create_task(self._travel(parcel["courier"], parcel["order_no"]))
        self._trips[waybill_no] = trip
        trip.add_done_callback(lambda done: self._arrived(waybill_no, done))

    def _arrived(self, waybill_no: str, trip: asyncio.Task[None]) -> None:
        self._trips.pop(waybill_no, None)
        if not trip.cancelled() and (error := trip.exception()):
            log.error("a parcel got stuck", exc_info=error)

    async def _travel(self, courier: Courier, order_no: str) -> None:
        """Each push waits for the first attempt of the one before, so that they normally arrive in order."""
        while True:
            await asyncio.sleep(self._tempo.courier_step_seconds)
            parcel = self.find(courier, order_no)
            path = self._tempo.courier_path
            if not self._tempo.courier_auto or parcel["step"] >= len(path):
                return
            attempt = self._advance(parcel, path[parcel["step"]], None, by_hand=False)
            await asyncio.wait([attempt])

    def _advance(self, parcel: Row, code: str, words: str | None, *, by_hand: bool) -> asyncio.Task[None]:
        face = self._faces[parcel["courier"]]
        op_code, words = face.codes.get(code, code), words or words_for(code, parcel)
        with self._books.transaction():
            event_id, time = self._books.add_scan(parcel, code, op_code, words, by_hand=by_hand)
            scan = Scan(event_id, code, op_code, time, words)
            notice = self._notices.add(
                event_id, face.courier, parcel["order_no"], parcel["notify_url"], face.push_body(parcel, scan)
            )
        return self._submit(notice)

    def _shown(self, parcel: Row) -> Document:
        shown = ("event_id", "code", "op_code", "description")
        return {
            **{name: parcel[name] for name in ("courier", "order_no", "waybill_no", "state")},
            "traces": [
                {name: scan[name] for name in shown} | {"time": wire(scan["time"])}
                for scan in self._books.scans(parcel)
            ],
        }


def _known(parcel: Row | None) -> Row:
    if parcel is None:
        raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
    return parcel
