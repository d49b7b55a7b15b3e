"""Where a process spends its CPU: py-spy watches it from outside while cases are under way.

Only threads that hold the interpreter's lock are counted: that leaves out waiting, and also the system
calls a loop makes without the lock, which no change of Python code would save.
"""

import contextlib
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from embedded.services import GATEWAY, PARTNERS, SERVICES
from embedded.stack import EmbeddedStack

RATE = 250
_PYTHON_PARTS = (GATEWAY, *SERVICES, PARTNERS)


class PySpyMissing(RuntimeError):
    """py-spy is not installed; `pip install py-spy` anywhere on the PATH."""


class Profiler:
    """Watches one part. Raw stacks (for flame graphs) and a table go to `folder`."""

    def __init__(self, part: str, folder: Path, spy: str) -> None:
        self.part = part
        self._folder = folder
        self._spy = spy

    @contextlib.contextmanager
    def watching(self, stack: EmbeddedStack) -> Iterator[None]:
        """Records while the block runs, then writes the table."""
        self._folder.mkdir(parents=True, exist_ok=True)
        raw = self._folder / f"{self.part}.raw"
        how = ["--gil", "--nonblocking", "--rate", str(RATE), "--format", "raw"]
        command = [
            self._spy,
            "record",
            *how,
            "--output",
            str(raw),
            "--pid",
            str(stack.processes[self.part].pid),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        (self._folder / f"{self.part}.txt").write_text(table(self.part, read_stacks(raw)))


def profilers(parts: Sequence[str], folder: Path) -> list[Profiler]:
    """One a part; `all` stands for every Python process. Raises PySpyMissing."""
    if not parts:
        return []
    spy = shutil.which("py-spy")
    if spy is None:
        raise PySpyMissing("py-spy is not on the PATH; install it (pip install py-spy) and try again")
    return [Profiler(part, folder, spy) for part in (_PYTHON_PARTS if list(parts) == ["all"] else parts)]


Stacks = list[tuple[list[str], int]]


def read_stacks(raw: Path) -> Stacks:
    """Each sampled stack, outermost frame first, with how often it was seen."""
    stacks = []
    for line in raw.read_text().splitlines():
        frames, _, count = line.rpartition(" ")
        stacks.append((frames.split(";"), int(count)))
    return stacks


def table(name: str, stacks: Stacks, rows: int = 45) -> str:
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
    lines = [f"{name}: {total} samples at {RATE} Hz"]
    for title, counter, most in sections:
        lines += ["", f"-- {title}"]
        lines += [f"{count * 100 / total:5.1f} %  {frame}" for frame, count in counter.most_common(most)]
    return "\n".join(lines) + "\n"


def _without_line(frame: str) -> str:
    return frame.rpartition(":")[0] + ")" if ":" in frame else frame


def _package(frame: str) -> str:
    path = frame.partition("(")[2].partition(":")[0]
    if "/site-packages/" in path:
        return path.partition("/site-packages/")[2].split("/")[0]
    parts = path.split("/")
    return parts[0] if len(parts) > 1 and not path.startswith("/") else path
