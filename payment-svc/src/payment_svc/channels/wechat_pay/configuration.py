"""WeChat Pay as the configuration describes it."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...domain.payees import Payee
from ..titles import Titled

_KEY_ID: Final = r"^PUB_KEY_ID_\d+$"


class WeChatPayAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    merchant: str
    """mchid."""
    serial: str
    """Of our API certificate."""
    merchant_key: str
    """File with our RSA private key (PEM)."""
    v3_key: str
    """File with the APIv3 key: 32 characters."""
    provider_key: str
    """File with the provider's RSA public key (PEM), or several while it changes."""
    provider_key_id: Annotated[str, Field(pattern=_KEY_ID)] | list[Annotated[str, Field(pattern=_KEY_ID)]]
    """Its id, or theirs in the order of the file; the first is the one our requests ask for."""

    @property
    def key_ids(self) -> list[str]:
        named = self.provider_key_id
        return [named] if isinstance(named, str) else named


class WeChatPayConfiguration(Titled):
    """`apps` are the appids bound to the merchants: of the mini-program, and of the official account, which also stands
    for Native and H5.
    """

    protocol: Literal["wechat_pay"]
    url: str
    mini_program: str
    official_account: str
    app_name: str = "互联网+公安服务平台"
    accounts: dict[Payee, WeChatPayAccount]
