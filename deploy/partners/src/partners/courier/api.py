"""The customer's routes."""

from starlette.routing import Route

from ..edge import Call, Document, Edge
from .depot import Depot
from .documents import CancelParcel, PlaceParcel


def routes(edge: Edge, depot: Depot) -> list[Route]:
    def place(call: Call) -> Document:
        return depot.place(call.read(PlaceParcel))

    def cancel(call: Call) -> Document:
        if call.body.strip():
            call.read(CancelParcel)
        return depot.cancel(call.path["order_no"])

    def traces(call: Call) -> Document:
        return depot.traces(call.path["order_no"])

    return [
        edge.route("POST", "/courier/v1/orders", place),
        edge.route("POST", "/courier/v1/orders/{order_no}/cancel", cancel),
        edge.route("GET", "/courier/v1/orders/{order_no}/traces", traces),
    ]
