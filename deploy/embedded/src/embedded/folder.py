"""The data folder: what lies where, who holds it, and the logs in it."""

import fcntl
import os
import shutil
from pathlib import Path

from embedded.failures import PlatformFailed

NEEDED_MB = 300
KEPT_LOG_BYTES = 20_000_000


class DataFolder:
    """Everything a platform keeps. One supervisor holds it at a time, by a lock that ends with it."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).expanduser().resolve()
        self.logs = self.root / "logs"
        self.secrets = self.root / "secrets"
        self.run = self.root / "run"
        self.postgres = self.root / "postgres"
        self.files = self.root / "files"
        self.partners = self.root / "partners"
        self.anchors = self.root / "anchors"
        self.demo_accounts = self.root / "demo.json"
        self.state = self.run / "state.json"
        self._lock: int | None = None

    def open(self) -> None:
        """Makes the folder, takes its lock; raises PlatformFailed when either is impossible."""
        try:
            # Others may pass through but not list: PostgreSQL runs under another account when we are root.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._take_lock()
            for folder in (self.logs, self.secrets, self.run, self.files, self.partners, self.anchors):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            self.close()
            raise PlatformFailed(
                f"数据目录 {self.root} 不能使用：{error.strerror}",
                f"the data folder {self.root} cannot be used: {error.strerror}",
            ) from error
        self._require_space()

    def _take_lock(self) -> None:
        lock = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise PlatformFailed(
                f"数据目录 {self.root} 正被另一个实例使用，请先停止它或另选 DATA=",
                f"another instance uses the data folder {self.root}: stop it or choose another DATA=",
            ) from error
        self._lock = lock

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.root).free // 1_000_000
        if free < NEEDED_MB:
            self.close()
            raise PlatformFailed(
                f"数据目录 {self.root} 所在磁盘只剩 {free} MB，至少需要 {NEEDED_MB} MB",
                f"the disk of {self.root} has {free} MB left, at least {NEEDED_MB} MB are needed",
            )

    def close(self) -> None:
        """Gives the lock back; safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def rotate_log(self, part: str) -> None:
        """Keeps one earlier log once the current one is large; called before the part starts."""
        log = self.log(part)
        if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def write_private(path: Path, text: str) -> None:
    """Writes a file only its owner reads, whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
