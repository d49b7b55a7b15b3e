"""What the courier's codes mean to us. A code that is not here means that the parcel moves at most."""

from collections.abc import Mapping
from typing import Final

from courier_svc.domain.transitions import Move

CODES: Final[Mapping[str, Move]] = {
    "PICKED_UP": Move.PICKED_UP,
    "IN_TRANSIT": Move.MOVED,
    "OUT_FOR_DELIVERY": Move.MOVED,
    "DELIVERED": Move.DELIVERED,
    "RETURNED": Move.CAME_BACK,
}
