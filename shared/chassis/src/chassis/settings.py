"""Settings every service has. Only a service's `settings.py` and this module read the environment."""

import base64
import os
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .sealing import Sealer


def _networks(value: str) -> str:
    for part in value.split(","):
        if part.strip():
            ip_network(part.strip())
    return value


Networks = Annotated[str, AfterValidator(_networks)]
"""Addresses and networks, joined by commas."""


class FileVariants(PydanticBaseSettingsSource):
    """`NAME_FILE=/run/secrets/x` gives the setting `name` the file's text, as compose secrets need it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in fields.items()
            if f"{name}_file" not in fields
        }
        return {name: value for name, value in values.items() if value is not None}


class ServiceSettings(BaseSettings):
    """What the chassis needs. Durations in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: SecretStr
    migration_database_url: SecretStr | None = Field(
        default=None, description="as the owner of the tables; who serves is another role, that owns nothing"
    )
    database_pool_size: int = 8
    kafka_bootstrap: str
    kafka_fetch_max_wait_ms: int = 500
    kafka_fetch_spacing_ms: int = Field(
        default=0, description="how long after a fetch comes the next, at least"
    )
    topic_partitions: int = 4
    topic_replication: int = 1
    redis_url: SecretStr | None = None
    identity_url: str = "http://127.0.0.1:8101"
    service_secret: SecretStr | None = None
    data_keys: SecretStr | None = None
    lookup_key: SecretStr | None = None
    lookup_key_next: SecretStr | None = Field(default=None, description="on its way in, beside `lookup_key`")
    lookup_key_previous: SecretStr | None = Field(
        default=None, description="on its way out, beside `lookup_key`"
    )
    audit_anchor_dir: Path | None = Field(
        default=None, description="where heads of the audit chain are appended, out of the database's reach"
    )
    audit_key: SecretStr | None = Field(
        default=None, description="32 bytes in base64, with which heads are signed"
    )
    audit_witness_url: str | None = Field(default=None, description="the service that keeps our heads")
    trusted_proxies: Networks = Field(
        default="", description="whose X-Forwarded-For is believed; nobody's spares every request the look"
    )
    migrate_on_start: bool = False
    relay_spacing_ms: int = Field(
        default=15, description="how long after a look at the outbox comes the next"
    )
    outbox_days: int = 30
    inbox_days: int = 37
    parity_at: time = Field(
        default=time(2, 30), description="Shanghai's; when the days that are over are counted"
    )
    parity_days: int = Field(
        default=7, ge=1, le=60, description="how many of them are counted again each night"
    )
    log_level: str = "INFO"
    log_format: str = "json"
    max_body_bytes: int = 1_048_576
    otel_exporter_otlp_endpoint: str | None = None

    def sealer(self) -> Sealer:
        """For what is sealed at rest; raises RuntimeError where the keys are not set or not well-formed."""
        if self.data_keys is None or self.lookup_key is None:
            raise RuntimeError("set DATA_KEYS and LOOKUP_KEY: personal data is sealed at rest")
        following, previous = self.lookup_key_next, self.lookup_key_previous
        try:
            return Sealer(
                self.data_keys.get_secret_value(),
                self.lookup_key.get_secret_value(),
                next_lookup_key=following.get_secret_value() if following else None,
                previous_lookup_key=previous.get_secret_value() if previous else None,
            )
        except ValueError as error:
            raise RuntimeError(f"DATA_KEYS, LOOKUP_KEY: {error}") from error

    @classmethod
    def placeholders(cls) -> dict[str, Any]:
        """What must be set, for the one command that reads none of it: printing the API document.

        A service that requires more adds its own. The keys are new each time: nothing can be kept under them.
        """
        key = base64.b64encode(os.urandom(32)).decode()
        return {
            "database_url": "postgresql://nowhere/none",
            "kafka_bootstrap": "nowhere:9092",
            "data_keys": f"placeholder:{key}",
            "lookup_key": key,
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
