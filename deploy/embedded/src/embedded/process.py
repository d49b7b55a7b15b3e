"""One part: what it is started with, and its process while it lives."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from embedded.failures import PartFailed
from embedded.folder import DataFolder
from embedded.log_tail import last_lines
from embedded.privileges import Account, before_exec

_POLL = 0.05

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Part:
    """How a part is started, known to be ready, and stopped. Started again, it is started the same."""

    name: str
    argv: list[str]
    ready: Probe
    env: dict[str, str] = field(default_factory=dict)
    port: int | None = None
    account: Account | None = None
    prepare: Callable[[], Awaitable[None]] | None = None
    after_ready: Callable[[], Awaitable[None]] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    start_within: float = 120.0
    stop_within: float = 4.0


class PartProcess:
    """The process of a part. Nothing here belongs to an event loop: tests use one stack from many."""

    def __init__(self, part: Part, folder: DataFolder) -> None:
        self.part = part
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    async def start(self) -> None:
        """Starts the process and waits until it is ready; raises PartFailed, with nothing left running."""
        if self.part.prepare is not None:
            await self.part.prepare()
        self._spawn()
        try:
            await self._until_ready()
            if self.part.after_ready is not None:
                await self.part.after_ready()
        except BaseException:
            await self.stop()
            raise

    def _spawn(self) -> None:
        self._folder.rotate_log(self.part.name)
        with self._folder.log(self.part.name).open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.part.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=base_environment() | self.part.env,
                cwd="/",
                # Own group: Ctrl-C reaches the supervisor alone, which stops the parts in their order.
                start_new_session=True,
                preexec_fn=before_exec(self.part.account, self.part.death_signal),
            )

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self.part.start_within
        while time.monotonic() < deadline:
            if not self.running:
                raise self.failure("启动时退出", f"ended while starting ({self.exit_status()})")
            if await self.part.ready():
                return
            await asyncio.sleep(_POLL)
        seconds = int(self.part.start_within)
        raise self.failure(f"{seconds} 秒内没有就绪", f"was not ready within {seconds} s")

    async def stop(self) -> None:
        """Asks it to stop, kills it when it does not in time."""
        if self._process is None or not self.running:
            return
        self._process.send_signal(self.part.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, self.part.stop_within)
        self.kill()

    def kill(self) -> None:
        """SIGKILL, and waits for the end of it."""
        if self._process is not None and self.running:
            self._process.kill()
            self._process.wait()

    def exit_status(self) -> str:
        """`exit 3` or `SIGKILL`; empty while it runs."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return ""
        return signal.Signals(-code).name if code < 0 else f"exit {code}"

    def failure(self, what_zh: str, what_en: str) -> PartFailed:
        log = self._folder.log(self.part.name)
        return PartFailed(self.part.name, what_zh, what_en, log, last_lines(log, self._log_start))


def base_environment() -> dict[str, str]:
    """What every part inherits: no more than it takes to run programs, and how telemetry is wanted."""
    passed = ("PATH", "HOME", "LOG_LEVEL")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in passed or name.startswith(("OTEL_", "SSL_CERT_"))
    }
    # Two malloc arenas a process: the default of eight a core costs tens of megabytes over all services.
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}
