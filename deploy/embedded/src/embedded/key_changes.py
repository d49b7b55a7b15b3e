"""`embedded keys …`: the steps of a change of keys, in the file of secrets. Services take them at their next start.

No step can lose data: a service refuses to start without a key that something of it is still under.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from embedded import secret_store
from embedded.failures import PlatformFailed
from embedded.folder import write_private
from embedded.secret_store import ServiceSecrets

KEY_BYTES = {"aes-256-gcm": 32, "sm4-gcm": 16}


def add(algorithm: str) -> Callable[[ServiceSecrets], ServiceSecrets]:
    """A new data key in front, which seals from the next start on; the others go on opening."""

    def change(own: ServiceSecrets) -> ServiceSecrets:
        ids = [entry.split(":")[0] for entry in own.data_keys.split(",")]
        number = 1 + max(
            (int(found[1:]) for found in ids if found[:1] == "k" and found[1:].isdigit()), default=0
        )
        name = "" if algorithm == "aes-256-gcm" else f"{algorithm}:"
        fresh = f"k{number}:{name}{secret_store.key(KEY_BYTES[algorithm])}"
        return replace(own, data_keys=f"{fresh},{own.data_keys}")

    return change


def drop(own: ServiceSecrets) -> ServiceSecrets:
    """All data keys but the active one go."""
    return replace(own, data_keys=own.data_keys.split(",")[0])


def lookup(own: ServiceSecrets) -> ServiceSecrets:
    """The next phase of a change of the lookup key: a new one beside it, in its place, alone."""
    if own.lookup_key_next:
        return replace(
            own, lookup_key=own.lookup_key_next, lookup_key_next="", lookup_key_previous=own.lookup_key
        )
    if own.lookup_key_previous:
        return replace(own, lookup_key_previous="")
    return replace(own, lookup_key_next=secret_store.key())


def change(path: Path, step: Callable[[ServiceSecrets], ServiceSecrets]) -> list[str]:
    """Takes `step` for every service of the secrets at `path`; what each has now, without the keys themselves."""
    if not path.exists():
        raise PlatformFailed(f"没有密钥文件 {path}", f"there are no secrets at {path}")
    secrets = secret_store.load_or_generate(path, [], data_exists=True)
    changed = replace(secrets, services={name: step(own) for name, own in secrets.services.items()})
    kept = path.with_name(f"{path.name}.before")
    write_private(kept, path.read_text())
    write_private(path, json.dumps(asdict(changed), indent=1) + "\n")
    return [f"{name}: {_shown(own)}" for name, own in changed.services.items()]


def _shown(own: ServiceSecrets) -> str:
    ids = ", ".join(entry.split(":")[0] for entry in own.data_keys.split(","))
    phase = "next" if own.lookup_key_next else "previous" if own.lookup_key_previous else ""
    return f"DATA_KEYS {ids}" + (f"; LOOKUP_KEY_{phase.upper()}" if phase else "")
