"""The first start of a data folder walks one whole case through the public API: what runs, works."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from embedded import instances
from embedded.failures import PlatformFailed
from embedded.folder import DataFolder
from embedded.process import base_environment
from embedded.services import GATEWAY, http_url
from embedded.stack import EmbeddedStack


class FirstWalk:
    """The demo as a process of its own, which prints its timeline to our output."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._folder = stack.folder
        self._process = subprocess.Popen(
            demo_command(stack.url(GATEWAY), stack.folder.root),
            stdin=subprocess.DEVNULL,
            env=base_environment(),
        )

    @staticmethod
    def was_done(folder: DataFolder) -> bool:
        return (folder.run / "walked").exists()

    def ended(self) -> bool:
        """False while it walks; raises PlatformFailed when the case was not completed."""
        code = self._process.poll()
        if code is None:
            return False
        if code != 0:
            raise PlatformFailed(
                f"首件办件没有办成（见上），日志在 {self._folder.logs}",
                f"the first case was not completed (see above); the logs are in {self._folder.logs}",
            )
        (self._folder.run / "walked").touch()
        return True

    def end(self) -> None:
        """Stops it where it still walks."""
        self._process.kill()
        self._process.wait()


def demo_command(url: str, data: Path) -> list[str]:
    return [sys.executable, "-m", "demo", "--url", url, "--data", str(data)]


def walk_command(port: int) -> list[str]:
    """What walks a case on the platform that answers on `port`: one of this machine, or one in containers."""
    data = instances.data_of(port)
    if data is not None:
        return demo_command(http_url(port), data)
    compose = _compose()
    published = subprocess.run([*compose, "port", GATEWAY, "8000"], capture_output=True, text=True)
    if published.returncode == 0 and published.stdout.strip().endswith(f":{port}"):
        return [*compose, "run", "--rm", "demo"]
    raise PlatformFailed(
        f"端口 {port} 上没有本机运行的平台，请先 make run PORT={port}（或 make up）",
        f"no platform of this machine runs on port {port}: make run PORT={port} (or make up) first",
    )


def _compose() -> list[str]:
    """The program in the wheel; the wheel's own start script always exits with 0."""
    spec = importlib.util.find_spec("compose")
    assert spec is not None and spec.origin is not None
    return [str(Path(spec.origin).with_name("docker-compose")), "-f", "deploy/compose.yaml"]
