"""`embedded secrets`: the folders deploy/compose.yaml mounts, one for each container.

The outer folder is closed to everybody else on this machine. The files inside can be read by any account,
because the programs in the containers have accounts of their own.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from embedded import partner_keys, secret_store
from embedded.postgres import owner_of
from embedded.secret_store import Secrets
from embedded.services import GATEWAY, PARTNERS, SERVICES, database_of

_REDIS_CONFIG = """\
requirepass {password}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy volatile-ttl
"""


@dataclass(frozen=True)
class ContainerSecrets:
    """Writes below `root`; what is there already stays as it is."""

    root: Path

    def write(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        asyncio.run(partner_keys.generate(self.root))
        secrets = secret_store.load_or_generate(
            self.root / "platform.json", list(SERVICES), data_exists=(self.root / "postgres").exists()
        )
        self._stores(secrets)
        for name in SERVICES:
            self._service(name, secrets)
        self._folder("identity-svc", self._identity(secrets))
        self._folder("case-svc", {"document_key": secrets.document_key})
        self._folder(GATEWAY, {"redis_url": _redis_url(secrets)})
        self._folder(PARTNERS, {"control_token": secrets.control_token})
        self._copy_keys(PARTNERS, partner_keys.sandbox_folder(self.root))
        self._folder("demo", {"control_token": secrets.control_token})

    def _stores(self, secrets: Secrets) -> None:
        databases = [
            f"{database_of(name)} {own.database_password} {own.owner_password}"
            for name, own in secrets.services.items()
        ]
        self._folder(
            "postgres", {"password": secrets.postgres_password, "databases": "\n".join(databases) + "\n"}
        )
        self._folder("redis", {"redis.conf": _REDIS_CONFIG.format(password=secrets.redis_password)})

    def _service(self, name: str, secrets: Secrets) -> None:
        own, database = secrets.services[name], database_of(name)
        self._folder(
            name,
            {
                "database_url": f"postgresql://{database}:{own.database_password}@postgres:5432/{database}",
                "migration_database_url": f"postgresql://{owner_of(database)}:{own.owner_password}@postgres:5432/{database}",
                "audit_key": own.audit_key,
                "service_secret": own.service_secret,
                "data_keys": own.data_keys,
                "lookup_key": own.lookup_key,
                "lookup_key_next": own.lookup_key_next,
                "lookup_key_previous": own.lookup_key_previous,
                "redis_url": _redis_url(secrets),
            },
        )
        keys = partner_keys.folder_for(self.root, name)
        if keys is not None:
            self._copy_keys(name, keys)

    def _identity(self, secrets: Secrets) -> dict[str, str]:
        known = {name: own.service_secret for name, own in secrets.services.items()}
        return {"service_secrets.json": json.dumps(known), "demo_password": secrets.demo_password}

    def _copy_keys(self, container: str, keys: Path) -> None:
        self._folder(container, {key.name: key.read_text() for key in sorted(keys.iterdir())})

    def _folder(self, container: str, files: dict[str, str]) -> None:
        folder = self.root / container
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        for name, text in files.items():
            path = folder / name
            path.unlink(missing_ok=True)
            path.write_text(text)
            path.chmod(0o444)


def _redis_url(secrets: Secrets) -> str:
    return f"redis://:{secrets.redis_password}@redis:6379/0"
