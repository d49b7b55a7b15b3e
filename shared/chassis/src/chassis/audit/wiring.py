"""A service's sealer, and the command that verifies its log, from its settings."""

import asyncio
import base64
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import httpx2
import orjson

from ..auth.service_token import ServiceToken
from ..db.pool import prepare_connection
from ..settings import ServiceSettings
from .anchors import Anchored, AnchorFile, read_anchor
from .sealer import AuditSealer
from .verify import Verdict, verify
from .witness import RemoteWitness

if TYPE_CHECKING:
    from ..service import Service


def sealer_of(
    service: str, settings: ServiceSettings, on_stop: Callable[[Callable[[], Awaitable[None]]], None]
) -> AuditSealer:
    witness = _witness(service, settings)
    if witness is not None:
        on_stop(witness.close)
    return AuditSealer(service, _file(service, settings), witness)


async def verify_command(service: "Service", words: list[str]) -> int:
    """`python -m … audit-verify [anchor files …]`: 0 the log is as sealed, 1 it is not, 2 it could not be walked.

    Needs the database and the anchors, nothing else of the service. Files that are named are looked at besides the
    service's own: those of other hosts, or of a safe place.
    """
    settings = service.settings
    try:
        anchors, unasked = await _anchors(service.name, settings, words)
        verdict = await _walk(settings.database_url.get_secret_value(), anchors)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"✗ {service.name}: 不能核验 cannot be verified: {error}", file=sys.stderr)
        return 2
    _tell(service.name, verdict, unasked)
    return 1 if verdict.findings else 0


async def _walk(url: str, anchors: list[Anchored]) -> Verdict:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await prepare_connection(connection)
        return await verify(connection, anchors)
    finally:
        await connection.close()


async def _anchors(
    name: str, settings: ServiceSettings, files: list[str]
) -> tuple[list[Anchored], list[str]]:
    """All heads that can be had, and what could not be asked."""
    found: list[Anchored] = []
    unasked: list[str] = []
    key = _key(settings)
    own = _file(name, settings)
    if own is None:
        unasked.append("没有配置锚目录 no anchor folder is configured (AUDIT_ANCHOR_DIR)")
    elif not own.path.exists():
        unasked.append(f"还没有锚文件 there is no anchor file yet: {own.path}")
    else:
        found += await asyncio.to_thread(lambda: list(own.lines()))
    for file in files:
        lines = (await asyncio.to_thread(Path(file).read_bytes)).splitlines()
        found += [read_anchor(f"{file}:{number}", line, key) for number, line in enumerate(lines, 1)]
    witness = _witness(name, settings)
    if witness is None:
        unasked.append("没有配置见证方 no witness is configured (AUDIT_WITNESS_URL)")
    else:
        try:
            heads = await witness.heads(name)
            found += [read_anchor(f"witness:{head['number']}", orjson.dumps(head), key) for head in heads]
        except httpx2.HTTPError as error:
            unasked.append(f"见证方没有应答 the witness did not answer: {error!r}")
        finally:
            await witness.close()
    return found, unasked


def _tell(name: str, verdict: Verdict, unasked: list[str]) -> None:
    for reason in unasked:
        print(f"  {name}: ! {reason}")
    for finding in verdict.findings:
        print(f"  {name}: ✗ {finding.zh} · {finding.en}")
    mark, word = ("✗", "有问题 NOT intact") if verdict.findings else ("✓", "完好 intact")
    print(
        f"{mark} {name}: {word} · {verdict.rows} 条 rows, {verdict.seals} 个封印 seals,"
        f" {verdict.waiting} 条待封 waiting, {verdict.anchors} 个锚 anchors (至 up to {verdict.last_anchor})"
    )


def _key(settings: ServiceSettings) -> bytes | None:
    return base64.b64decode(settings.audit_key.get_secret_value()) if settings.audit_key else None


def _file(service: str, settings: ServiceSettings) -> AnchorFile | None:
    folder = settings.audit_anchor_dir
    return AnchorFile(folder, service, _key(settings)) if folder else None


def _witness(service: str, settings: ServiceSettings) -> RemoteWitness | None:
    if settings.audit_witness_url is None or settings.service_secret is None:
        return None
    token = ServiceToken(settings.identity_url, service, settings.service_secret.get_secret_value())
    return RemoteWitness(settings.audit_witness_url, token, _key(settings))
