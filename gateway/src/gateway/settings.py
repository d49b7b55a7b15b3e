"""What ops may set. Rates are requests per second, bursts are requests, time-outs are seconds."""

import sys

from chassis.settings import FileVariants
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """`trusted_proxies`: addresses whose `X-Forwarded-For` is believed; empty means nobody's."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8080
    identity_url: str
    catalog_url: str
    case_url: str
    payment_url: str
    courier_url: str
    evaluation_url: str
    redis_url: SecretStr | None = None
    trusted_proxies: str = ""
    ip_rate: float = 1_000
    ip_burst: int = 2_000
    caller_rate: float = 100
    caller_burst: int = 200
    log_in_rate: float = 20
    log_in_burst: int = 100
    upstream_connections: int = 200
    connect_timeout: float = 2.0
    log_level: str = "INFO"
    log_format: str = "json"
    otel_exporter_otlp_endpoint: str | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FileVariants(settings_cls)


def read_settings() -> GatewaySettings:
    """The settings of the environment; a wrong one is named on standard error, exit 2."""
    try:
        return GatewaySettings()  # type: ignore[call-arg]
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            print(f"gateway: setting {str(item['loc'][0]).upper()}: {item['msg']}", file=sys.stderr)
        sys.exit(2)
