"""Two numbers of finished cases, run in turns, so that what else the machine does falls on both."""

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from .bench import bench
from .progress import say


async def compare(cases: int, seeds: list[int], rounds: int, data: Path | None) -> dict[str, Any]:
    """Medians of `rounds` runs over each seed, and how much more CPU a case takes at the second."""
    folder = data or Path(tempfile.mkdtemp(prefix="bench-"))
    runs: dict[int, list[dict[str, Any]]] = {seed: [] for seed in seeds}
    try:
        for number in range(1, rounds + 1):
            for seed in seeds:
                say(f"round {number} of {rounds}, {seed:,} finished cases")
                result = await bench(cases, seed, folder / f"seed-{seed}")
                runs[seed].append(result)
                say(f"  {result['cpu_ms_per_case']} ms CPU a case, {result['cases_per_second']} cases/s")
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
    medians = {seed: _medians(results) for seed, results in runs.items()}
    low, high = (medians[seed] for seed in seeds)
    return {
        "cases": cases,
        "rounds": rounds,
        "medians": medians,
        "cpu_ms_per_case": {
            seed: [result["cpu_ms_per_case"] for result in results] for seed, results in runs.items()
        },
        "cpu_ratio": round(high["cpu_ms_per_case"] / low["cpu_ms_per_case"], 3),
        "cpu_ratio_by_yardstick": round(high["cpu_by_yardstick"] / low["cpu_by_yardstick"], 3),
        "failures": [
            failure for results in runs.values() for result in results for failure in result["failures"]
        ],
    }


def _medians(results: list[dict[str, Any]]) -> dict[str, Any]:
    parts = results[0]["cpu_ms_per_case_by_process"]
    return {
        "cpu_by_yardstick": statistics.median(_by_yardstick(result) for result in results),
        "cpu_ms_per_case": statistics.median(result["cpu_ms_per_case"] for result in results),
        "cases_per_second": statistics.median(result["cases_per_second"] for result in results),
        "event_hop_p99_ms": statistics.median(result["event_hop_ms"]["p99"] for result in results),
        "cpu_ms_per_case_by_process": {
            part: statistics.median(result["cpu_ms_per_case_by_process"][part] for result in results)
            for part in parts
        },
    }


def _by_yardstick(result: dict[str, Any]) -> float:
    """CPU a case in calls of the load generator, whose work is the same in every run: where neighbours on the
    machine slow everything down, it slows down as well."""
    call = result["cpu_ms_per_case_of_the_load"] / result["calls_per_case"]
    return round(result["cpu_ms_per_case"] / call, 1)
