"""A platform of stores and partner sandbox only, in a process of its own as `embedded run` starts it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded import ports

_PROGRAM = """
import sys
from pathlib import Path
from embedded.services import PARTNERS
from embedded.stack import EmbeddedStack
from embedded.supervisor import supervise
stack = EmbeddedStack(Path(sys.argv[1]), port=int(sys.argv[2]), services=(PARTNERS,))
sys.exit(supervise(stack, walk=False))
"""


class RunningSupervisor:
    """A supervisor as its user sees it: lines, signals, an exit status."""

    def __init__(self, data: Path, port: int, command: list[str] | None = None) -> None:
        self.data = data
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            command or [sys.executable, "-c", _PROGRAM, str(data), str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, text: str) -> str:
        """The first further line that holds `text`; fails when the output ends before."""
        line = self.read_on(text)
        assert line is not None, f"{text!r} never came:\n" + "\n".join(self.lines)
        return line

    def read_on(self, text: str) -> str | None:
        """The first further line that holds `text`, None when the output ends before."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            if text in line:
                return line.rstrip()
        return None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        assert self._process.stdout is not None
        self.lines += [line.rstrip() for line in self._process.stdout]
        return self._process.wait(timeout=60)

    def part_pids(self) -> dict[str, int]:
        parts = json.loads((self.data / "run" / "state.json").read_text())["parts"]
        return {name: part["pid"] for name, part in parts.items() if part["pid"]}

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def port() -> int:
    return ports.choose(["gateway"], {})["gateway"]


@pytest.fixture
def supervisors() -> Iterator[list[RunningSupervisor]]:
    """Those a test started; each is ended with it."""
    started: list[RunningSupervisor] = []
    yield started
    for supervisor in started:
        supervisor.kill()


@pytest.fixture
def start(supervisors: list[RunningSupervisor], data: Path, port: int):
    """Starts a supervisor, by default on this test's folder and port."""

    def start(data: Path = data, port: int = port) -> RunningSupervisor:
        supervisor = RunningSupervisor(data, port)
        supervisors.append(supervisor)
        return supervisor

    return start


def all_gone(pids: list[int], within: float = 15.0) -> bool:
    """True once none of the processes runs (a zombie does not)."""
    deadline = time.monotonic() + within
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
