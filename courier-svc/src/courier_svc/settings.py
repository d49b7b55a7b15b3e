"""Everything the environment may say to this service."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, Self

from chassis.settings import ServiceSettings
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from courier_svc.domain.shipment import Direction
from courier_svc.domain.statements import Tariff


class Office(BaseModel):
    """Where a unit sends from and receives at."""

    name: str = "西安市公安局政务服务寄递中心"
    phone: str = "029-86750000"
    province: str = "陕西省"
    city: str = "西安市"
    county: str = "未央区"
    address: str = "凤城八路政务服务中心公安窗口"


class ContractTariff(BaseModel):
    """In grams and fen, see `domain.statements.Tariff`."""

    model_config = ConfigDict(extra="forbid")

    first_grams: int = Field(500, ge=1)
    first_cents: int = Field(1_200, ge=0)
    more_grams: int = Field(500, ge=1)
    more_cents: int = Field(400, ge=0)
    most_grams: int = Field(2_000, ge=1)


CourierName = Literal["ems", "sf"]


class CourierSettings(ServiceSettings):
    """Which couriers we have contracts with, and what each contract says.

    `partners_keys` is a folder with `ems.secret`, `ems-authorization.secret`, `sf.secret` and `sf-push.secret`; each
    can be given by itself instead, as text (`EMS_KEY`) or by file (`EMS_KEY_FILE`). Those of `couriers` are needed.
    """

    case_url: str = "http://127.0.0.1:8103"
    partners_url: str = "http://127.0.0.1:9400"
    """The sandbox, where `ems_url` and `sf_url` are left out."""
    partners_keys: Path | None = None
    courier_timeout: float = 10.0

    couriers: list[CourierName] = Field(["ems", "sf"], min_length=1)
    courier_default: CourierName = "ems"
    courier_by_direction: dict[Direction, CourierName] = Field(default_factory=dict)
    courier_by_unit: dict[str, CourierName] = Field(default_factory=dict)

    ems_url: str | None = Field(None, description="https://api.ems.com.cn/amp-prod-api/f/amp/api/open")
    ems_sender: str = "1100006101"
    ems_authorization: SecretStr | None = None
    ems_key: SecretStr | None = None
    ems_key_previous: SecretStr | None = Field(None, description="pushes under it are still believed")
    ems_product: str = "1"
    ems_codes: Path | None = None
    ems_file_hosts: list[str] = Field(
        default_factory=list, description="where labels come from, if elsewhere"
    )

    sf_url: str | None = Field(None, description="https://sfapi.sf-express.com/std/service")
    sf_partner: str = "POLICE61"
    sf_checkword: SecretStr | None = None
    sf_monthly_card: str = "7551234567"
    sf_express_type: int = 2
    sf_template: str = "fm_76130_standard_POLICE61"
    sf_push_secret: SecretStr | None = None
    """The end of the address that SF is told, `/webhooks/courier/sf/…`: nothing else proves its pushes."""
    sf_push_secret_previous: SecretStr | None = Field(None, description="still accepted beside the new one")
    sf_codes: Literal["route", "status"] | Path = "route"
    sf_file_hosts: list[str] = Field(default_factory=list)

    office: Office = Office()
    unit_offices: dict[str, Office] = Field(default_factory=dict)
    """By unit code, where a unit has a counter of its own."""

    poll_after: timedelta = timedelta(hours=6)
    silent_after: timedelta = timedelta(days=7)
    doubt_after: timedelta = timedelta(hours=2)
    lost_after: timedelta = timedelta(days=7)
    """Without news for this long, its owner may call a parcel lost."""
    damaged_within: timedelta = timedelta(days=7)
    ask_claim_after: timedelta = timedelta(hours=6)
    tariffs: dict[CourierName, ContractTariff] = Field(default_factory=dict)
    """What each contract says that a parcel costs; the sandbox's where one is left out."""
    statement_day: int = Field(3, ge=1, le=28)
    """From this day of the next month on, a courier's monthly statement is asked for."""
    keep_ended: timedelta = timedelta(days=30)
    keep_returned: timedelta = timedelta(days=90)
    keep_strays: timedelta = timedelta(days=30)
    keep_proof: timedelta = timedelta(days=365)

    @model_validator(mode="after")
    def _chosen_are_there(self) -> Self:
        chosen = {self.courier_default, *self.courier_by_direction.values(), *self.courier_by_unit.values()}
        if missing := chosen - set(self.couriers):
            raise ValueError(f"COURIERS lacks {', '.join(sorted(missing))}, which is to carry parcels")
        return self

    def tariff(self, courier: CourierName) -> Tariff:
        return Tariff(**self.tariffs.get(courier, ContractTariff()).model_dump())

    def secret(self, name: str) -> str:
        """One of the secrets above by its name. Raises RuntimeError naming what is missing."""
        given: SecretStr | None = getattr(self, name)
        if given is not None:
            return given.get_secret_value().strip()
        file_name = _FILES[name]
        path = self.partners_keys / file_name if self.partners_keys else None
        if path is None or not path.is_file():
            raise RuntimeError(f"set {name.upper()}(_FILE), or PARTNERS_KEYS to a folder with {file_name}")
        return path.read_text().strip()


_FILES: Final = {
    "ems_key": "ems.secret",
    "ems_authorization": "ems-authorization.secret",
    "sf_checkword": "sf.secret",
    "sf_push_secret": "sf-push.secret",
}
