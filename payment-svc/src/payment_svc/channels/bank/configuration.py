"""A bank as the configuration describes it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ...domain.payees import Payee
from ..titles import Titled


class BankAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    merchant: str
    merchant_key: str
    """File with our Ed25519 private key (PEM)."""


class BankConfiguration(Titled):
    protocol: Literal["bank"]
    url: str
    provider_key: str
    """File with the bank's Ed25519 public key (PEM), or several while it changes."""
    accounts: dict[Payee, BankAccount]
