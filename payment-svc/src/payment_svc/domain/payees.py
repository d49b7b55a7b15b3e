"""What an order is for, and into whose account it is paid."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """At most one live order of each kind a case."""

    FEE = "fee"
    """What the service costs, fines and money for others included."""
    POSTAGE = "postage"


class Payee(StrEnum):
    """An account of ours at every provider: a merchant of its own, with its own bills."""

    TREASURY = "treasury"
    POSTAL = "postal"


PAYEE_OF: Final[dict[Kind, Payee]] = {Kind.FEE: Payee.TREASURY, Kind.POSTAGE: Payee.POSTAL}
