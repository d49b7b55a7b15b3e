"""Our own programs as parts: which there are, and what each is told through its environment."""

import json
import sys
from dataclasses import dataclass, field

from embedded import partner_keys, probes
from embedded.broker import Broker
from embedded.folder import DataFolder, write_private
from embedded.ports import LOOPBACK
from embedded.postgres import Postgres
from embedded.process import Part
from embedded.secret_store import Secrets

SERVICES = ("identity-svc", "catalog-svc", "case-svc", "payment-svc", "courier-svc", "evaluation-svc")
GATEWAY = "gateway"
PARTNERS = "partners"


def database_of(service: str) -> str:
    """The service's database and role: `payment-svc` → `payment_svc`."""
    return service.replace("-", "_")


def http_url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


@dataclass(frozen=True)
class Surroundings:
    """What the programs are told of each other. `extra` adds variables to a part, by its name."""

    folder: DataFolder
    ports: dict[str, int]
    secrets: Secrets
    postgres: Postgres
    broker: Broker
    redis_url: str
    extra: dict[str, dict[str, str]] = field(default_factory=dict)

    def url(self, part: str) -> str:
        return http_url(self.ports[part])

    def addresses(self) -> dict[str, str]:
        """`IDENTITY_URL` and its like, for every program that runs."""
        named = {
            f"{name.removesuffix('-svc').upper()}_URL": self.url(name)
            for name in (*SERVICES, PARTNERS, GATEWAY)
            if name in self.ports
        }
        return named | ({"PUBLIC_URL": self.url(GATEWAY)} if GATEWAY in self.ports else {})


def partners_part(around: Surroundings) -> Part:
    env = {
        "PARTNERS_KEYS": str(partner_keys.sandbox_folder(around.folder.secrets)),
        "PARTNERS_DATA": str(around.folder.partners / "books.sqlite"),
        "PARTNERS_CONTROL_TOKEN": around.secrets.control_token,
        "PARTNERS_PUBLIC_URL": around.url(PARTNERS),
        **({"PARTNERS_CLIENT_URL": around.url(GATEWAY)} if GATEWAY in around.ports else {}),
    }
    port = around.ports[PARTNERS]
    return Part(
        name=PARTNERS,
        argv=[sys.executable, "-m", "partners", "serve", "--host", LOOPBACK, "--port", str(port)],
        env=env | around.extra.get(PARTNERS, {}),
        ready=probes.http(port, "/healthz"),
        port=port,
        prepare=lambda: partner_keys.generate(around.folder.secrets),
    )


_CONNECTIONS = "5"
"""For each service. On two cores more of them make no commit faster; each costs 2 MB and caches of its own to warm."""
_PATIENT = {"catalog-svc": 500}
"""Milliseconds between two looks for events, where what arrives (the organisation) can wait: each look costs 0.7 ms."""


_WITNESSED_BY = {"evaluation-svc": "identity-svc"}
"""Who keeps the heads of whose audit chain; of all others, evaluation-svc."""


def service_part(name: str, around: Surroundings) -> Part:
    """A service with its database, or the gateway, which has none."""
    port = around.ports[name]
    env = {
        "HOST": LOOPBACK,
        "PORT": str(port),
        **around.broker.environment(),
        "KAFKA_FETCH_MAX_WAIT_MS": str(_PATIENT.get(name, around.broker.fetch_max_wait_ms)),
        "REDIS_URL": around.redis_url,
        "LOG_FORMAT": "json",
        **around.addresses(),
        **(_own(name, around) if name in SERVICES else {}),
        **_particular(name, around),
        **around.extra.get(name, {}),
    }
    return Part(
        name=name,
        argv=[sys.executable, "-m", database_of(name), *(["all"] if name in SERVICES else [])],
        env=env,
        ready=probes.http(port),
        port=port,
    )


def _own(name: str, around: Surroundings) -> dict[str, str]:
    own = around.secrets.services[name]
    witness = _WITNESSED_BY.get(name, "evaluation-svc")
    return {
        "DATABASE_URL": around.postgres.url(database_of(name)),
        "MIGRATION_DATABASE_URL": around.postgres.owner_url(database_of(name)),
        "AUDIT_ANCHOR_DIR": str(around.folder.anchors),
        "AUDIT_KEY": own.audit_key,
        **({"AUDIT_WITNESS_URL": around.url(witness)} if witness in around.ports else {}),
        "DATABASE_POOL_SIZE": _CONNECTIONS,
        "SERVICE_SECRET": own.service_secret,
        "DATA_KEYS": own.data_keys,
        "LOOKUP_KEY": own.lookup_key,
        "LOOKUP_KEY_NEXT": own.lookup_key_next,
        "LOOKUP_KEY_PREVIOUS": own.lookup_key_previous,
        "MIGRATE_ON_START": "true",
    }


def _particular(name: str, around: Surroundings) -> dict[str, str]:
    folder = around.folder
    env: dict[str, str] = {}
    keys = partner_keys.folder_for(folder.secrets, name)
    if keys is not None:
        env["PARTNERS_KEYS"] = str(keys)
    if name == "identity-svc" and keys is not None:
        path = folder.secrets / "service-secrets.json"
        write_private(
            path, json.dumps({key: it.service_secret for key, it in around.secrets.services.items()})
        )
        env["SERVICE_SECRETS_FILE"] = str(path)
        env["SMS_SECRET_FILE"] = str(keys / "sms.secret")
        env["REALNAME_SECRET_FILE"] = str(keys / "realname.secret")
        env["WECHAT_MINI_SECRET_FILE"] = str(keys / "wechat-mini.secret")
        env["WECHAT_OFFICIAL_SECRET_FILE"] = str(keys / "wechat-official.secret")
        env["CITY_SECRET_FILE"] = str(keys / "city.secret")
        env["DEMO_ACCOUNTS_FILE"] = str(folder.demo_accounts)
        env["CLIENT_NETWORKS"] = "127.0.0.0/8,::1/128"  # a department's system under development
        env["DEMO_PASSWORD"] = around.secrets.demo_password
    if name == "case-svc":
        env["FILES_URL"] = str(folder.files)
        env["DOCUMENT_KEY"] = around.secrets.document_key
    return env
