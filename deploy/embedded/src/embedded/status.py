"""`embedded status`: which parts of a data folder's platform run, where, and how much memory they hold."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.failures import PlatformFailed
from embedded.folder import DataFolder


@dataclass(frozen=True)
class PartStatus:
    """A part that runs; `pss_kb` and `pids` count its child processes as well."""

    name: str
    pids: list[int]
    port: int | None
    pss_kb: int


def read(data: Path) -> list[PartStatus]:
    """The running parts, the supervisor first; raises PlatformFailed when nothing runs there."""
    folder = DataFolder(data)
    if not runs(folder):
        raise PlatformFailed(f"{folder.root} 没有运行中的平台", f"no platform runs in {folder.root}")
    state = _state(folder)
    supervisor = state["supervisor"]
    children = _children()
    parts = {"supervisor": {"pid": supervisor, "port": None}} | state["parts"]
    found = []
    for name, part in parts.items():
        if part["pid"] is None or not _runs(part["pid"]):
            continue
        pids = [part["pid"]] if name == "supervisor" else _with_descendants(part["pid"], children)
        found.append(PartStatus(name, pids, part["port"], sum(map(pss_kb, pids))))
    return found


def runs(folder: DataFolder) -> bool:
    """Whether a supervisor lives that keeps this folder."""
    supervisor = _state(folder).get("supervisor")
    return supervisor is not None and _runs(supervisor)


def require_present_keys(data: Path) -> None:
    """Raises PlatformFailed where a platform runs that was started before its keys were last changed.

    What is sealed under a key that it does not have, it could not open.
    """
    folder = DataFolder(data)
    secrets = folder.secrets / "platform.json"
    if (
        runs(folder)
        and secrets.stat().st_mtime > Path(f"/proc/{_state(folder)['supervisor']}").stat().st_mtime + 10
    ):
        raise PlatformFailed(
            "密钥在平台启动之后更换过，请先重新启动平台",
            "the keys were changed after the platform was started: restart it first",
        )


def _state(folder: DataFolder) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(folder.state.read_text())
    except (OSError, ValueError):
        return {}
    return state


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def pss_kb(pid: int) -> int:
    """The process' proportional share of memory in KiB; 0 when it is gone or another user's."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command's name, in brackets, may hold spaces.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    return children


def _with_descendants(pid: int, children: dict[int, list[int]]) -> list[int]:
    found = [pid]
    for child in children.get(pid, []):
        found += _with_descendants(child, children)
    return found


def as_table(parts: list[PartStatus]) -> str:
    lines = [f"{'part':<16}{'pid':>8}{'procs':>7}{'port':>7}{'PSS MB':>9}"]
    for part in parts:
        place = f"{part.pids[0]:>8}{len(part.pids):>7}{part.port or '-':>7}"
        lines.append(f"{part.name:<16}{place}{part.pss_kb / 1024:>9.1f}")
    lines.append(f"{'total':<38}{sum(part.pss_kb for part in parts) / 1024:>9.1f}")
    return "\n".join(lines)
