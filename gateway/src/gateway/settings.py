"""What ops may set. Rates are requests per second, bursts are requests, time-outs are seconds."""

import sys
from typing import Annotated
from urllib.parse import urlsplit

from chassis.settings import FileVariants, Networks
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


def _base_urls(value: str) -> str:
    instances = [part.strip().rstrip("/") for part in value.split(",")]
    for instance in instances:
        url = urlsplit(instance)
        if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query or url.fragment:
            raise ValueError("must be http://host:port, or several of them joined by commas")
        url.port  # noqa: B018 - raises ValueError where it is none
    if len(set(instances)) < len(instances):
        raise ValueError("names an instance twice")
    return ",".join(instances)


def _origins(value: str) -> str:
    origins = [part.strip() for part in value.split(",") if part.strip()]
    for origin in origins:
        url = urlsplit(origin)
        bare = f"{url.scheme}://{url.netloc}"
        if url.scheme not in ("http", "https") or not url.hostname or origin != bare.lower() or "@" in bare:
            raise ValueError(
                "must be origins such as https://www.example.cn, in lower case, joined by commas"
            )
    return ",".join(origins)


BaseUrls = Annotated[str, AfterValidator(_base_urls)]
Origins = Annotated[str, AfterValidator(_origins)]
Rate = Annotated[float, Field(gt=0)]
Burst = Annotated[int, Field(ge=1)]


class GatewaySettings(BaseSettings):
    """`trusted_proxies`: networks whose `X-Forwarded-For` and `-Proto` are believed; empty means nobody's.

    `ip_…`, `caller_…`: all requests of an address or a token's subject; `log_in_…`: an address' tries to log in and its
    codes; `dear_…`: a caller's uploads over 64 KB and calls of dear routes. They need `redis_url`.
    `uploads_at_once`: of those uploads, under way for one caller, in each gateway.

    `…_url`: one instance of the service, or several joined by commas. `upstream_connections`: how many to each of
    them; `live_connections`: how many more for those who follow cases; `connect_timeout` includes waiting for a free
    one. `breaker_failures` in a row open an instance's circuit for `breaker_open_seconds`; instances that have siblings
    are checked each `health_seconds`.

    Told to stop, we serve on for `drain_seconds`, unready; then what is under way has `finish_seconds` to end.
    `kafka_bootstrap`, `redis_url`: two of the three ways to hear of revoked sessions, the third being identity. With
    what we know of them older than `revocation_view_max_age` seconds, no token is let in.
    `cors_origins`: whose pages may read our answers; with `cors_credentials` also those to requests with cookies.
    """

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8080
    identity_url: BaseUrls
    catalog_url: BaseUrls
    case_url: BaseUrls
    payment_url: BaseUrls
    courier_url: BaseUrls
    evaluation_url: BaseUrls
    redis_url: SecretStr | None = None
    kafka_bootstrap: str | None = None
    revocation_view_max_age: Rate = 30.0
    trusted_proxies: Networks = ""
    ip_rate: Rate = 1_000
    ip_burst: Burst = 2_000
    caller_rate: Rate = 100
    caller_burst: Burst = 200
    log_in_rate: Rate = 20
    log_in_burst: Burst = 100
    dear_rate: Rate = 2
    dear_burst: Burst = 60
    uploads_at_once: Annotated[int, Field(ge=1)] = 20
    upstream_connections: Annotated[int, Field(ge=1)] = 200
    live_connections: Annotated[int, Field(ge=1)] = 2_000
    connect_timeout: Rate = 2.0
    breaker_failures: Annotated[int, Field(ge=1)] = 5
    breaker_open_seconds: Rate = 5.0
    health_seconds: Rate = 5.0
    drain_seconds: Annotated[float, Field(ge=0)] = 0.0
    finish_seconds: Annotated[int, Field(ge=0)] = 10
    cors_origins: Origins = ""
    cors_credentials: bool = False
    log_level: str = "INFO"
    log_format: str = "json"
    otel_exporter_otlp_endpoint: str | None = None

    @property
    def instances(self) -> dict[str, list[str]]:
        """Service → the base addresses of its instances."""
        return {
            "identity": self.identity_url.split(","),
            "catalog": self.catalog_url.split(","),
            "case": self.case_url.split(","),
            "payment": self.payment_url.split(","),
            "courier": self.courier_url.split(","),
            "evaluation": self.evaluation_url.split(","),
        }

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
