"""What of a parcel outlives its owner's account; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

UNDER_WAY: Final = Rule(
    what="尚在途中的寄递",
    what_en="Parcels under way",
    years=0,
    why="寄递结束后即删除",
    why_en="erased once they have arrived or come back",
    confirmed=True,
)

FATES: Final[Fates] = {
    "shipment": Fate(goes=("applicant_id", "sealed_address", "sealed_next_address")),
    "courier_report": Fate(goes=("sealed_body",)),
    "leg": Fate(why="运单编号 · numbers of waybills"),
}
