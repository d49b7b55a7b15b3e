"""What the platform used: CPU and memory by process, hops by the inboxes' own clocks."""

import statistics
from collections.abc import Iterable

import asyncpg
import psutil
from embedded.services import SERVICES
from embedded.stack import EmbeddedStack


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def process_tree(pid: int | None) -> list[int]:
    return [one.pid for one in _tree(pid)] if pid else []


def process_seconds(pid: int) -> float:
    """CPU so far of a process and its children, the ended ones included."""
    total = 0.0
    for one in _tree(pid):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
        if one.pid == pid:
            total += times.children_user + times.children_system
    return total


def cpu_seconds(stack: EmbeddedStack) -> dict[str, float]:
    """CPU so far by part."""
    return {name: process_seconds(process.pid) for name, process in stack.processes.items() if process.pid}


def pss_mb(stack: EmbeddedStack) -> dict[str, float]:
    """Proportional memory by part, in MB."""
    sizes = {}
    for name, process in stack.processes.items():
        total = 0
        for one in _tree(process.pid) if process.pid else ():
            try:
                total += one.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
        sizes[name] = round(total / 1_048_576, 1)
    return sizes


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """p50 and p99 of seconds, in milliseconds."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": 0.0, "p99": 0.0, "count": 0}
    return {
        "p50": round(statistics.median(ordered) * 1000, 2),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 2),
        "count": len(ordered),
    }


async def hops(stack: EmbeddedStack, since: float, until: float) -> list[float]:
    """Seconds from each event's transaction to its effect in the next service.

    Of events that happened between the two moments (seconds since the epoch): neither the catalogue's first events
    nor those of the seed count.
    """
    found: list[float] = []
    for service in SERVICES:
        connection = await asyncpg.connect(stack.database_url(service))
        try:
            rows = await connection.fetch(
                "SELECT extract(epoch FROM applied_at - occurred_at)::float8 AS hop FROM inbox"
                " WHERE occurred_at > to_timestamp($1) AND occurred_at <= to_timestamp($2)",
                since,
                until,
            )
        finally:
            await connection.close()
        found += [row["hop"] for row in rows]
    return found
