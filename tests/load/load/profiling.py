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

from embedded.stack import EmbeddedStack

RATE = 250
_PYTHON_PARTS = ("gateway", "partners")


class PySpyMissing(RuntimeError):
    """py-spy is not installed; `pip install py-spy` anywhere on the PATH."""


class Profiler:
    """`parts`: which processes, `all` for every Python one. Raw stacks and tables go to `folder`."""

    def __init__(self, parts: Sequence[str], folder: Path) -> None:
        found = shutil.which("py-spy")
        if found is None:
            raise PySpyMissing("py-spy is not on the PATH; install it (pip install py-spy) and try again")
        self._spy = found
        self._parts = list(parts)
        self._folder = folder

    @contextlib.contextmanager
    def watching(self, stack: EmbeddedStack) -> Iterator[None]:
        """Records while the block runs, then writes a table for each process."""
        self._folder.mkdir(parents=True, exist_ok=True)
        names = [name for name in stack.processes if name.endswith("-svc") or name in _PYTHON_PARTS]
        wanted = names if self._parts == ["all"] else self._parts
        running = {name: self._record(stack.processes[name].pid, self._raw(name)) for name in wanted}
        try:
            yield
        finally:
            for process in running.values():
                process.send_signal(signal.SIGINT)
            for name, process in running.items():
                process.wait(timeout=60)
                self._write_table(name)

    def _raw(self, name: str) -> Path:
        return self._folder / f"{name}.raw"

    def _record(self, pid: int | None, target: Path) -> "subprocess.Popen[bytes]":
        how = ["--gil", "--nonblocking", "--rate", str(RATE), "--format", "raw"]
        command = [self._spy, "record", *how, "--output", str(target), "--pid", str(pid)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _write_table(self, name: str) -> None:
        stacks = read_stacks(self._raw(name))
        (self._folder / f"{name}.txt").write_text(table(name, stacks))


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
