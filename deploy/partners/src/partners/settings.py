"""Everything the environment may say; nobody else reads it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_COURIER_PATH = ["PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED"]


class PartnersSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PARTNERS_")

    keys: Path
    data: Path
    control_token: SecretStr = Field(min_length=8)
    public_url: str | None = None

    time_scale: float = Field(1.0, ge=0)
    refund_seconds: float = Field(1.0, ge=0)
    courier_auto: bool = True
    courier_step_seconds: float = Field(2.0, ge=0)
    courier_path: Annotated[list[str], NoDecode] = DEFAULT_COURIER_PATH

    bank_merchant: str = "1900006101"
    bank_postal_merchant: str = "1900006102"
    ccb_merchant: str = "105610100000001"
    ccb_branch: str = "610000000"
    ccb_treasury_pos: str = "061000001"
    ccb_postal_pos: str = "061000002"
    alipay_treasury_app: str = "2021006101000001"
    alipay_treasury_seller: str = "2088006101000001"
    alipay_postal_app: str = "2021006102000001"
    alipay_postal_seller: str = "2088006102000001"
    ems_sender: str = "1100006101"
    sf_partner: str = "POLICE61"
    sf_codes: Literal["route", "status"] = "route"
    push_url: str | None = Field(
        None, description="where couriers push; what `client_url` says when left out"
    )
    wechat_pay_treasury: str = "1900006201"
    wechat_pay_postal: str = "1900006202"
    app: str = "police-platform"
    wechat_mini: str = "wx6101000000000001"
    wechat_official: str = "wx6101000000000002"
    client_url: str = Field("http://127.0.0.1:8080", description="where browsers reach the platform")

    @field_validator("courier_path", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return [code.strip() for code in value.split(",") if code.strip()]
        return value
