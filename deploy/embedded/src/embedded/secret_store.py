"""The secrets of one platform: generated at its first start, kept in files only its owner reads.

Each service gets its own: a password for its database, a secret to get service tokens with, a key for its
personal data and one to find it by. None of them opens another service's.
"""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embedded.failures import PlatformFailed
from embedded.folder import write_private


@dataclass(frozen=True)
class ServiceSecrets:
    database_password: str
    service_secret: str
    data_keys: str
    lookup_key: str
    owner_password: str
    audit_key: str
    lookup_key_next: str = ""
    lookup_key_previous: str = ""


@dataclass(frozen=True)
class Secrets:
    postgres_password: str
    redis_password: str
    control_token: str
    demo_password: str
    document_key: str
    services: dict[str, ServiceSecrets]


def load_or_generate(path: Path, services: list[str], *, data_exists: bool) -> Secrets:
    """What `path` holds, completed by what it lacks. Missing secrets for data that exists are an error:
    new ones could not open it."""
    stored = _read(path)
    if not stored and data_exists:
        raise PlatformFailed(
            f"数据还在，但密钥文件 {path} 不见了，请从备份恢复它",
            f"there is data, but its secrets {path} are gone: restore them from a backup",
        )
    known = stored.get("services", {})
    result = Secrets(
        postgres_password=stored.get("postgres_password") or _token(),
        redis_password=stored.get("redis_password") or _token(),
        control_token=stored.get("control_token") or _token(),
        demo_password=stored.get("demo_password") or secrets.token_hex(5),
        document_key=stored.get("document_key") or _signing_key(),
        services={
            name: ServiceSecrets(**(asdict(_generate()) | known.get(name, {})))
            for name in {**known, **dict.fromkeys(services)}
        },
    )
    if asdict(result) != stored:
        write_private(path, json.dumps(asdict(result), indent=1) + "\n")
    return result


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PlatformFailed(
            f"密钥文件 {path} 读不出来，请从备份恢复它",
            f"the secrets {path} cannot be read: restore them from a backup",
        ) from error


def _generate() -> ServiceSecrets:
    return ServiceSecrets(
        database_password=_token(),
        service_secret=_token(),
        data_keys=f"k1:{key()}",
        lookup_key=key(),
        owner_password=_token(),
        audit_key=key(),
    )


def _signing_key() -> str:
    """An Ed25519 private key as PEM (PKCS#8): 16 bytes that say so, 32 that are it."""
    der = bytes.fromhex("302e020100300506032b657004220420") + secrets.token_bytes(32)
    return f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END PRIVATE KEY-----\n"


def _token() -> str:
    return secrets.token_urlsafe(24)


def key(size: int = 32) -> str:
    """A new key, in base64."""
    return base64.b64encode(secrets.token_bytes(size)).decode()
