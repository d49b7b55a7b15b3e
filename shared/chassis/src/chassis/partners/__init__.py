"""What partners' engineers see of their deliveries at our door, and what they may do about them.

A service that partners deliver to keeps what is authentic in a table of its own, and gives a `PartnerDesk` that shows
it; what is refused is noted here, within bounds that no forger can move.
"""

from .calls import Calls
from .deliveries import Asked, Delivery, Health, PartnerDesk, Redriven, Standing, Verdict
from .refusals import Refusals
from .routes import partner_router
from .tables import add_refusal_table, create_refusal_table, drop_refusal_table
from .wiring import wire_refusals

__all__ = [
    "Asked",
    "Calls",
    "Delivery",
    "Health",
    "PartnerDesk",
    "Redriven",
    "Refusals",
    "Standing",
    "Verdict",
    "add_refusal_table",
    "create_refusal_table",
    "drop_refusal_table",
    "partner_router",
    "wire_refusals",
]
