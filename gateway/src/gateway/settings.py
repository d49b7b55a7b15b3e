"""What ops may set. Rates are requests per second, bursts are requests, time-outs are seconds."""

import sys
from typing import Annotated

from chassis.settings import FileVariants, Networks
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


def _base_url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or len(value.split("/")) > 4:
        raise ValueError("must be http://host:port")
    return value.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Rate = Annotated[float, Field(gt=0)]
Burst = Annotated[int, Field(ge=1)]


class GatewaySettings(BaseSettings):
    """`trusted_proxies`: networks whose `X-Forwarded-For` and `-Proto` are believed; empty means nobody's.

    `upstream_connections`: how many to each service; `connect_timeout` includes waiting for a free one.
    """

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8080
    identity_url: BaseUrl
    catalog_url: BaseUrl
    case_url: BaseUrl
    payment_url: BaseUrl
    courier_url: BaseUrl
    evaluation_url: BaseUrl
    redis_url: SecretStr | None = None
    trusted_proxies: Networks = ""
    ip_rate: Rate = 1_000
    ip_burst: Burst = 2_000
    caller_rate: Rate = 100
    caller_burst: Burst = 200
    log_in_rate: Rate = 20
    log_in_burst: Burst = 100
    upstream_connections: Annotated[int, Field(ge=1)] = 200
    connect_timeout: Rate = 2.0
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
