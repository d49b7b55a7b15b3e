"""Where a process spends its CPU: the watched part is started with a sampler (`sampler/sitecustomize.py`)."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from embedded.services import GATEWAY, PARTNERS, SERVICES
from embedded.stack import EmbeddedStack

_PYTHON_PARTS = (GATEWAY, *SERVICES, PARTNERS)
_SAMPLER = Path(__file__).parent / "sampler"
Stacks = list[tuple[list[str], int]]


class Profiler:
    """Watches `parts`, all of them in the same run; `all` stands for every Python process.

    Raw stacks (for flame graphs) and a table of each go to `folder`.
    """

    def __init__(self, parts: Sequence[str], folder: Path) -> None:
        self._parts = _PYTHON_PARTS if list(parts) == ["all"] else tuple(parts)
        self._folder = folder.resolve()
        self._folder.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, dict[str, str]]:
        """What the watched parts must be started with."""
        return {
            part: {"PYTHONPATH": str(_SAMPLER), "SAMPLES_TO": str(self._raw(part))} for part in self._parts
        }

    @contextlib.asynccontextmanager
    async def watching(self, stack: EmbeddedStack) -> AsyncIterator[None]:
        """Samples while the block runs, then writes the tables."""
        for part in self._parts:
            self._raw(part).unlink(missing_ok=True)
        self._toggle(stack)
        try:
            yield
        finally:
            self._toggle(stack)
        for part in self._parts:
            await _until_there(self._raw(part))
            (self._folder / f"{part}.txt").write_text(table(part, read_stacks(self._raw(part))))

    def _toggle(self, stack: EmbeddedStack) -> None:
        for part in self._parts:
            pid = stack.processes[part].pid
            assert pid is not None
            os.kill(pid, signal.SIGUSR2)

    def _raw(self, part: str) -> Path:
        return self._folder / f"{part}.raw"


async def _until_there(path: Path) -> None:
    for _ in range(200):
        if path.exists():  # noqa: ASYNC240, a local file of some kilobytes
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{path} was not written in 10 s: is the part started with the sampler?")


def read_stacks(raw: Path) -> Stacks:
    """Each sampled stack, outermost frame first, with how often it was seen."""
    stacks = []
    for line in raw.read_text().splitlines():
        frames, _, count = line.rpartition(" ")
        stacks.append((frames.split(";"), int(count)))
    return stacks


def table(part: str, stacks: Stacks, rows: int = 45) -> str:
    """Self time by package, then inclusive and self time by function, in per cent of the samples."""
    total = sum(count for _, count in stacks) or 1
    packages: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for frames, count in stacks:
        packages[_package(frames[-1])] += count
        own[frames[-1]] += count
        for frame in {_without_line(frame) for frame in frames}:
            inclusive[frame] += count
    sections = (
        ("self, by package", packages, 25),
        ("inclusive", inclusive, rows),
        ("self, by line", own, rows),
    )
    lines = [f"{part}: {total} samples, one each 4 ms of CPU"]
    for title, counter, most in sections:
        lines += ["", f"-- {title}"]
        lines += [f"{count * 100 / total:5.1f} %  {frame}" for frame, count in counter.most_common(most)]
    return "\n".join(lines) + "\n"


def _without_line(frame: str) -> str:
    return frame.rpartition(":")[0] + ")" if ":" in frame else frame


def _package(frame: str) -> str:
    path = frame.partition("(")[2].partition(":")[0]
    if "/lib/python" in path:
        return "standard library: " + path.rpartition("/lib/python")[2].partition("/")[2].split("/")[0]
    return path.split("/")[0]
