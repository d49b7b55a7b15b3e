"""Alipay as the configuration describes it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...domain.payees import Payee
from ..titles import Titled


class AlipayAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    app_id: str = Field(pattern=r"^\d{16}$")
    seller_id: str = Field(pattern=r"^2088\d{12}$")
    app_key: str
    """File with the application's RSA private key (PEM, 2048 bits at least)."""


class AlipayConfiguration(Titled):
    protocol: Literal["alipay"]
    url: str
    """Of `gateway.do`: called by us, and opened by payers' browsers."""
    provider_key: str
    """File with Alipay's RSA public key (PEM), or several while it changes; not the application's."""
    accounts: dict[Payee, AlipayAccount]
