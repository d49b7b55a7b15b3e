"""Who a part runs as, and what happens to it when the supervisor is gone.

PostgreSQL refuses to run as root. Started by root it gets an account that every Linux has; where that account
cannot reach the data folder or the environment (a clone below /root, say), it also gets the one capability to
read past closed folders, instead of us opening anybody's folders to everybody.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.failures import PlatformFailed

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT = 1, 23, 28, 47
_AMBIENT_RAISE = 2
_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_ACCOUNTS = ("postgres", "nobody")

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An unprivileged account; `capability` is what it needs besides to reach its files, if anything."""

    name: str
    uid: int
    gid: int
    capability: int | None = None


def unprivileged_account(*must_reach: Path) -> Account | None:
    """The account for a server that refuses root; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        closed = all(_passable(path, entry.pw_uid) for path in must_reach)
        return Account(name, entry.pw_uid, entry.pw_gid, None if closed else _reading_capability(must_reach))
    raise PlatformFailed(
        "PostgreSQL 不能以 root 运行，且系统没有 nobody 帐户，请用普通用户启动",
        "PostgreSQL does not run as root and there is no account `nobody`: start as an ordinary user",
    )


def _passable(path: Path, uid: int) -> bool:
    for folder in path.resolve().parents:
        state = folder.stat()
        if not state.st_mode & stat.S_IXOTH and state.st_uid != uid:
            return False
    return True


def _reading_capability(paths: tuple[Path, ...]) -> int:
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        if _libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            return capability
    where = " , ".join(str(path) for path in paths)
    raise PlatformFailed(
        f"PostgreSQL 不能以 root 运行，而普通帐户进不了 {where}，请换目录或用普通用户启动",
        f"PostgreSQL does not run as root and no other account reaches {where}: move it, or start as a user",
    )


def before_exec(account: Account | None, death_signal: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec: become `account`, and promise to die with the supervisor."""
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _become(account)
        # After the change of account, which would clear it.
        _checked(_libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0))
        _work_in_batches()
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _work_in_batches() -> None:
    """A dozen processes on two cores that wake one another: without this, each message interrupts whoever works.

    As a batch each runs until it waits by itself, takes more messages at a time, and the caches stay warmer: a tenth of
    the CPU of a whole case. Where a container forbids it, things go as before.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _become(account: Account) -> None:
    if account.capability is not None:
        # Without this, access(2) would drop the capability again for every real uid but 0.
        _checked(_libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if account.capability is not None:
        _keep_only(account.capability)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def _keep_only(capability: int) -> None:
    header, sets = _Header(_CAPABILITY_VERSION_3, 0), (_Sets * 2)()
    sets[0].effective = sets[0].permitted = sets[0].inheritable = 1 << capability
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(sets)))
    _checked(_libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_RAISE, capability, 0, 0))


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
