"""`embedded run`: brings the platform up, walks a first case, restarts what dies, stops on a signal."""

import asyncio
import signal
import time

from embedded.failures import PartFailed, PlatformFailed
from embedded.first_walk import FirstWalk
from embedded.progress import Progress
from embedded.stack import EmbeddedStack
from embedded.welcome import welcome

_LOOK_EVERY = 0.25
_DEATHS, _WITHIN = 5, 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """One run of the platform in this process."""

    def __init__(self, stack: EmbeddedStack, *, walk: bool) -> None:
        self._stack = stack
        self._walk = walk
        self._progress = Progress()
        self._deaths: dict[str, list[float]] = {}
        self._restarting: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> int:
        """0 after a stop that was asked for, 1 after a failure, which is said in one line."""
        work = asyncio.create_task(self._bring_up_and_watch())
        stop = asyncio.Event()
        self._listen(work, stop)
        try:
            await work
        except asyncio.CancelledError:
            return await self._stop("停止中 · stopping")
        except PlatformFailed as failed:
            self._say(failed)
            await self._stop(None)
            return 1
        raise AssertionError("watching never ends by itself")

    def _listen(self, work: asyncio.Task[None], stop: asyncio.Event) -> None:
        def asked() -> None:
            if stop.is_set():
                # Asked twice: no more waiting for anybody's manners.
                for process in self._stack.processes.values():
                    process.kill()
            stop.set()
            work.cancel()

        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, asked)

    async def _bring_up_and_watch(self) -> None:
        folder = self._stack.folder
        self._progress.line(f"互联网+公安服务平台 · Internet + police services  (DATA={folder.root})")
        begun = time.monotonic()
        await self._stack.start(self._progress.report)
        self._progress.quiet()
        self._progress.line(f"  全部就绪 all parts ready  {time.monotonic() - begun:.1f} s")
        if self._walk and not FirstWalk.was_done(folder):
            await self._walk_first_case()
        self._progress.line()
        for line in welcome(self._stack):
            self._progress.line(line)
        await self._watch()

    async def _walk_first_case(self) -> None:
        self._progress.line("\n首次启动，办一件完整的业务 · first start: walking one whole case")
        walk = FirstWalk(self._stack)
        try:
            while not walk.ended():
                await asyncio.sleep(0.1)
                self._require_no_death()
        finally:
            walk.end()

    def _require_no_death(self) -> None:
        for process in self._stack.processes.values():
            if not process.running:
                raise process.failure("意外退出", f"died ({process.exit_status()})")

    async def _watch(self) -> None:
        """Looks after the parts until cancelled; raises when one keeps dying or a restart breaks off."""
        try:
            while True:
                for name, process in self._stack.processes.items():
                    if not process.running and name not in self._restarting:
                        self._restarting[name] = asyncio.create_task(self._revive(name))
                for name, task in list(self._restarting.items()):
                    if task.done():
                        del self._restarting[name]
                        task.result()
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            for task in self._restarting.values():
                task.cancel()
            await asyncio.gather(*self._restarting.values(), return_exceptions=True)

    async def _revive(self, name: str) -> None:
        process = self._stack.processes[name]
        failure = process.failure("意外退出", f"died ({process.exit_status()})")
        while True:
            self._count_death(name, failure)
            self._say(failure)
            await asyncio.sleep(min(0.25 * 2 ** len(self._deaths[name]), 8.0))
            try:
                await self._stack.restart(name)
            except PartFailed as failed:
                failure = failed
                continue
            self._progress.line(f"  ✓ {name} 已恢复 is back")
            return

    def _count_death(self, name: str, failure: PartFailed) -> None:
        now = time.monotonic()
        recent = [at for at in self._deaths.get(name, []) if now - at < _WITHIN]
        self._deaths[name] = [*recent, now]
        if len(self._deaths[name]) >= _DEATHS:
            process = self._stack.processes[name]
            raise process.failure(
                f"一分钟内 {_DEATHS} 次退出，平台停止",
                f"died {_DEATHS} times in a minute: stopping the platform",
            ) from failure

    def _say(self, failed: PlatformFailed) -> None:
        self._progress.quiet()
        if isinstance(failed, PartFailed):
            for line in failed.tail:
                self._progress.error(f"    {failed.part} | {line[:300]}")
        self._progress.error(f"✗ {failed}")

    async def _stop(self, word: str | None) -> int:
        self._progress.quiet()
        if word is not None:
            self._progress.line(f"\n{word} …")
        await self._stack.stop()
        if word is not None:
            self._progress.line("已停止，数据保留 · stopped, the data is kept")
        return 0


def supervise(stack: EmbeddedStack, *, walk: bool) -> int:
    """Runs the platform until it is asked to stop or fails; the exit status of the command."""
    return asyncio.run(Supervisor(stack, walk=walk).run())
