"""Ports on the loopback address."""

import random
import socket
from pathlib import Path

from embedded.failures import PlatformFailed

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """True when nobody listens there. Connections of an earlier process in TIME_WAIT do not matter."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def require_free(port: int) -> None:
    """Raises PlatformFailed when the public port cannot be opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise PlatformFailed(
                f"端口 {port} 不能使用（{reason}），请另选 PORT=",
                f"port {port} cannot be used ({reason}): choose another PORT=",
            ) from error


def choose(names: list[str], earlier: dict[str, int]) -> dict[str, int]:
    """A free port for each name, the earlier one where it is still free.

    Never from the range the kernel takes outgoing connections from: while a part is down, a client
    dialling its port could be given that very port as its own, connect to itself and hold it.
    """
    chosen: dict[str, int] = {}
    for name in names:
        port = earlier.get(name)
        if port is None or port in chosen.values() or not is_free(port):
            port = _random_free(set(chosen.values()) | set(earlier.values()))
        chosen[name] = port
    return chosen


def _random_free(taken: set[int]) -> int:
    low, high = _outgoing_range()
    candidates = range(max(low - 12_000, 1_024), low) if low > 6_000 else range(high + 1, 65_536)
    for port in random.sample(candidates, min(500, len(candidates))):
        if port not in taken and is_free(port):
            return port
    raise PlatformFailed("找不到空闲端口", "no free port was found")


def _outgoing_range() -> tuple[int, int]:
    try:
        low, high = _EPHEMERAL.read_text().split()
    except OSError:
        return 32_768, 60_999
    return int(low), int(high)
