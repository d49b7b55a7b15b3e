"""Everything the environment may say to this service."""

from datetime import timedelta
from pathlib import Path

from chassis.settings import ServiceSettings
from pydantic import BaseModel, Field, SecretStr


class Office(BaseModel):
    """Where a unit sends from and receives at."""

    name: str = "西安市公安局政务服务寄递中心"
    phone: str = "029-86750000"
    province: str = "陕西省"
    city: str = "西安市"
    county: str = "未央区"
    address: str = "凤城八路政务服务中心公安窗口"


class CourierSettings(ServiceSettings):
    """`partners_keys` is a folder with `courier.public.pem` and `courier-customer.private.pem`; either can be
    given by itself instead, as text (`COURIER_PUBLIC_KEY`) or by file (`COURIER_PUBLIC_KEY_FILE`).
    """

    case_url: str = "http://127.0.0.1:8103"
    public_url: str = "http://127.0.0.1:8080"
    """Where couriers reach us: the gateway."""
    partners_url: str = "http://127.0.0.1:9400"
    partners_keys: Path | None = None
    courier_public_key: SecretStr | None = None
    courier_customer_key: SecretStr | None = None
    courier_customer: str = "1100006101"
    courier_timeout: float = 10.0

    office: Office = Office()
    unit_offices: dict[str, Office] = Field(default_factory=dict)
    """By unit code, where a unit has a counter of its own."""

    poll_after: timedelta = timedelta(hours=6)
    silent_after: timedelta = timedelta(days=7)
    keep_ended: timedelta = timedelta(days=30)
    keep_returned: timedelta = timedelta(days=90)

    def courier_keys(self) -> tuple[str, str]:
        """PEM texts: the courier's public, our private key. Raises RuntimeError naming what is missing."""
        return (
            self._key(self.courier_public_key, "courier.public.pem", "COURIER_PUBLIC_KEY"),
            self._key(self.courier_customer_key, "courier-customer.private.pem", "COURIER_CUSTOMER_KEY"),
        )

    def _key(self, given: SecretStr | None, file_name: str, variable: str) -> str:
        if given is not None:
            return given.get_secret_value()
        path = self.partners_keys / file_name if self.partners_keys else None
        if path is None or not path.is_file():
            raise RuntimeError(f"set {variable}(_FILE), or PARTNERS_KEYS to a folder with {file_name}")
        return path.read_text()
