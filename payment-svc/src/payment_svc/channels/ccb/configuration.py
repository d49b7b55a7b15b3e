"""CCB as the configuration describes it: a counter (柜台) of ours an account."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...domain.payees import Payee
from ..titles import Titled

NOTICE_FIELDS: Final = (
    "POSID", "BRANCHID", "ORDERID", "PAYMENT", "CURCODE", "REMARK1", "REMARK2", "ACC_TYPE", "SUCCESS", "TYPE",
    "REFERER", "CLIENTIP", "ACCDATE",
)  # fmt: skip


class CcbAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    merchant: str
    pos: str
    branch: str
    counter_key: str
    """File with the counter's RSA public key: PEM, or the hexadecimal digits the bank gives out. Several while it
    changes, the present one first.
    """
    password: str
    """File with the password of the interface (assumed)."""
    notice_fields: tuple[str, ...] = NOTICE_FIELDS
    """What the counter's notices sign, in this order: it depends on the products signed up for."""
    optional_fields: frozenset[str] = frozenset({"ACC_TYPE", "ACCDATE"})
    """Left out of the signed text where a notice has them not; the others stay, empty."""


class CcbConfiguration(Titled):
    protocol: Literal["ccb"]
    url: str
    """Of the page that payers open."""
    interface_url: str
    """Of query, close and refund. That protocol is assumed."""
    accounts: dict[Payee, CcbAccount] = Field(min_length=1)
