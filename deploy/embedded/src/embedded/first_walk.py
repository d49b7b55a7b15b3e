"""The first start of a data folder walks one whole case through the public API: what runs, works."""

import subprocess
import sys

from embedded.failures import PlatformFailed
from embedded.folder import DataFolder
from embedded.process import base_environment
from embedded.services import GATEWAY
from embedded.stack import EmbeddedStack


class FirstWalk:
    """The demo as a process of its own, which prints its timeline to our output."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._folder = stack.folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--url", stack.url(GATEWAY), "--data", str(stack.folder.root)],
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
