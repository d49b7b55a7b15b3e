"""Everything this service may be told; nobody else reads the environment."""

from datetime import time, timedelta
from pathlib import Path

from chassis.settings import ServiceSettings
from pydantic import Field, SecretStr


class PaymentSettings(ServiceSettings):
    """`partners_keys` is a folder with `fines.secret`, `fiscal.secret`, `fiscal.public.pem` and the key files that the
    channels name.
    """

    public_url: str = "http://127.0.0.1:8080"
    """Where the outside reaches us: the gateway."""
    case_page: str = "/?case={case_id}"
    """Where people are shown a case, `{case_id}` in it: where the page after a payment leads back to."""
    case_url: str = "http://127.0.0.1:8103"
    partners_url: str = "http://127.0.0.1:9400"
    partners_keys: Path | None = None
    partners_app: str = "police-platform"
    payment_channels: Path | None = None
    """The channels of this deployment (YAML, see `channels/data/sandbox.yaml`); the sandbox's unless set."""
    notify_base_url: str | None = None
    """Where providers reach `/webhooks`, where that is not `public_url`."""
    fines_secret: SecretStr | None = None
    fiscal_url: str | None = None
    """Where the fiscal platform is; at `partners_url` unless set."""
    fiscal_secret: SecretStr | None = None
    fiscal_public_key: SecretStr | None = None
    """The fiscal platform's, that seals receipts: the present key's PEM, and those before it."""
    more_fonts: Path | None = None
    """A folder with fonts for rare names on receipts."""
    order_ttl: timedelta = timedelta(hours=2)
    refund_approval_from_cents: int = Field(20_000, ge=1)
    """Refunds that staff ask for, of so much (fen) or more, wait for another supervisor."""

    bill_ready_at: time = time(10)
    """From then on (Shanghai) yesterday's bills are fetched."""
    bill_late_at: time = time(12)
    """A bill that is not here by then is missing: `payment_bills_missing`, and a warning."""
    bill_days: int = Field(7, ge=1, le=90)
    """So many days back bills are awaited that were never seen, after an outage or for a new account."""
    bill_lines_kept: timedelta = timedelta(days=400)
    """Lines go afterwards; sums, differences and decisions stay."""

    def fines_key(self) -> str:
        return self._secret(self.fines_secret, "fines.secret", "FINES_SECRET")

    def fiscal_key(self) -> str:
        return self._secret(self.fiscal_secret, "fiscal.secret", "FISCAL_SECRET")

    def fiscal_seal_keys(self) -> str:
        return self._secret(self.fiscal_public_key, "fiscal.public.pem", "FISCAL_PUBLIC_KEY")

    def _secret(self, given: SecretStr | None, file_name: str, variable: str) -> str:
        if given is not None:
            return given.get_secret_value()
        path = self.partners_keys / file_name if self.partners_keys else None
        if path is None or not path.is_file():
            raise RuntimeError(f"set {variable}(_FILE), or PARTNERS_KEYS to a folder with {file_name}")
        return path.read_text()
