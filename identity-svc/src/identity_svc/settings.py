"""What can be configured; nobody else reads the environment. Durations in seconds."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Literal

from chassis.settings import Networks, ServiceSettings
from pydantic import Field, SecretStr

ORGANISATION_FILE = Path(__file__).parent / "data" / "org.yaml"


class IdentitySettings(ServiceSettings):
    trusted_proxies: Networks = Field(
        "127.0.0.1,::1", description="the gateway's: tries are counted by address"
    )
    organisation_file: Path = ORGANISATION_FILE
    service_secrets_file: Path | None = Field(None, description="JSON object: service name to secret")

    public_url: str = Field(
        "http://127.0.0.1:8080", description="where people reach the platform; the OpenID provider's issuer"
    )
    client_networks: Networks = Field(
        "",
        description="private networks in which departments' systems may be called (log-outs); the Internet always",
    )
    browser_session_idle_hours: float = 2
    browser_session_hours: float = 12

    partners_url: str = "http://127.0.0.1:9400"
    partners_app: str = "police-platform"
    sms_secret: SecretStr = SecretStr("")
    realname_secret: SecretStr = SecretStr("")

    wechat_api_url: str = Field("", description="https://api.weixin.qq.com; empty: the sandbox's")
    wechat_mini_appid: str = "wx6101000000000001"
    wechat_mini_secret: SecretStr = Field(SecretStr(""), description="empty: no log-in from the mini-program")
    wechat_page_url: str = Field("", description="https://open.weixin.qq.com; empty: the sandbox's")
    wechat_official_appid: str = "wx6101000000000002"
    wechat_official_secret: SecretStr = Field(
        SecretStr(""), description="empty: no log-in in WeChat's browser"
    )
    city_issuer: str = Field("", description="the city's identity platform; empty: the sandbox's")
    city_client_id: str = "police-platform"
    city_secret: SecretStr = Field(SecretStr(""), description="empty: no log-in by the city's platform")
    city_levels: str = Field(
        "二级:1,三级:2,四级:3,五级:4",
        description="what the platform's words for its trust are worth here; an unknown one is worth nothing",
    )
    city_algorithms: str = Field("RS256,PS256,ES256", description="its ID tokens may be signed by")
    places_file: Path | None = Field(
        None,
        description="CSV `network,name,name in English`: roughly where a computer is that asks to be let in",
    )
    case_url: str = "http://127.0.0.1:8103"
    payment_url: str = "http://127.0.0.1:8104"
    courier_url: str = "http://127.0.0.1:8105"
    evaluation_url: str = "http://127.0.0.1:8106"
    reauthentication_seconds: int = Field(
        300, description="so long after logging in one may link a way in without proving oneself again"
    )

    erasure_cooling_off_days: int = Field(
        7, ge=0, description="so long the end of an account can be cancelled"
    )
    erasure_report_days: int = Field(180, description="so long a receipt opens the report of an erasure")

    demo_accounts_file: Path | None = Field(
        None, description="makes demo accounts and writes their log-ins here"
    )
    demo_password: SecretStr | None = None

    access_token_seconds: int = 600
    key_set_seconds: int = Field(300, description="how long verifiers may keep the key set")
    key_rotation_days: float = 30
    session_idle_days: float = 7
    session_days: float = 30
    officer_session_idle_hours: float = 4
    officer_session_hours: float = 12
    refresh_grace_seconds: int = 10
    officer_second_factor: Literal["optional", "required"] = Field(
        "optional", description="required: officers and staff without one may do nothing but add it"
    )
    trusted_device_days: float = 30

    code_resend_seconds: int = 60
    codes_per_phone_hour: int = 5
    codes_per_phone_day: int = 10
    codes_per_address_hour: int = 60
    codes_per_address_day: int = 200
    codes_per_site_hour: int = Field(300, description="from a /48 of IPv6")
    sms_per_minute: int = Field(600, description="codes over all phones")
    sms_per_day: int = Field(100_000, description="codes over all phones")
    sms_reserve_percent: int = Field(
        20, ge=0, lt=100, description="of both, for those who ask from a place they are known at"
    )
    attempts_per_identifier_and_address: int = Field(10, description="at once; then one each two minutes")
    attempts_per_address: int = Field(100, description="at once; then one each six seconds")
    attempts_per_site: int = Field(500, description="at once; then one a second; from a /48 of IPv6")
    attempts_per_identifier: int = Field(100, description="by strangers; at once; then one each 36 seconds")
    real_name_checks_per_day: int = 5
    mandate_max_days: int = Field(1096, description="how far ahead a mandate may end")
    mandate_offer_days: float = Field(30, description="how long an offered mandate waits for its answer")
    mandate_offers_per_day: int = Field(20, description="by one account")
    mandate_offers_per_phone_day: int = Field(5, description="by one account to one phone")
    mandate_notices_per_phone_day: int = Field(
        10, description="offers a phone is told of one by one, whoever made them: each is a short message"
    )

    def read_service_secrets(self) -> dict[str, str]:
        """By service name; raises OSError or ValueError for a file that is not what it should be."""
        if self.service_secrets_file is None:
            return {}
        secrets = json.loads(self.service_secrets_file.read_text())
        if not isinstance(secrets, dict) or not all(
            isinstance(value, str) and len(value) >= 16 for value in secrets.values()
        ):
            raise ValueError(
                f"{self.service_secrets_file} must map service names to secrets of 16 characters or more"
            )
        return secrets

    def read_city_levels(self) -> dict[str, int]:
        """By the platform's own word; raises ValueError for what is no list of `word:level`."""
        pairs = [entry.rpartition(":") for entry in self.city_levels.split(",") if entry.strip()]
        levels = {word.strip(): int(level) for word, _, level in pairs}
        if not all(word and 0 <= level <= 4 for word, level in levels.items()):
            raise ValueError("CITY_LEVELS must list `word:level`, with levels 0 to 4")
        return levels

    @property
    def city(self) -> str:
        return (self.city_issuer or f"{self.partners_url}/city").rstrip("/")

    @property
    def wechat_page(self) -> str:
        return (self.wechat_page_url or self.partners_url).rstrip("/")

    @property
    def parts_of_exports(self) -> dict[str, str]:
        """The services that keep something of a person, and where they are."""
        return {
            "case-svc": self.case_url,
            "payment-svc": self.payment_url,
            "courier-svc": self.courier_url,
            "evaluation-svc": self.evaluation_url,
        }

    @property
    def wechat_api(self) -> str:
        return (self.wechat_api_url or self.partners_url).rstrip("/")

    @property
    def issuer(self) -> str:
        return self.public_url.rstrip("/")

    @property
    def access_token_lifetime(self) -> timedelta:
        return timedelta(seconds=self.access_token_seconds)

    @property
    def longest_mandate(self) -> timedelta:
        return timedelta(days=self.mandate_max_days)

    @property
    def key_set_lifetime(self) -> timedelta:
        return timedelta(seconds=self.key_set_seconds)
