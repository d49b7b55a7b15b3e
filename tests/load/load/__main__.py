"""`python -m load --cases 300 --seed 10000 --out .bench`."""

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from embedded.stack import EmbeddedStack

from .profiling import Profiler, PySpyMissing
from .progress import say
from .run import FAST, crowd, measured


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(
        prog="load", description="Drives whole cases and measures what they cost."
    )
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0, help="finished cases to fill in first")
    arguments.add_argument("--out", type=Path, default=Path(".bench"))
    arguments.add_argument("--data", type=Path, help="keep the platform's data here")
    arguments.add_argument(
        "--profile",
        metavar="PART",
        nargs="+",
        help="watch these processes with py-spy; `all` for every Python one",
    )
    return arguments.parse_args()


async def main() -> int:
    wanted = _arguments()
    profiler = Profiler(wanted.profile, wanted.out / "profile") if wanted.profile else None
    result = await bench(wanted.cases, wanted.seed, wanted.data, profiler)
    write(wanted.out / "latest.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result["failures"] else 0


async def bench(cases: int, seed: int, data: Path | None, profiler: Profiler | None = None) -> dict[str, Any]:
    """Starts a platform over `data` (None: a temporary folder), seeds what it lacks, measures, stops it."""
    async with platform(data) as stack, crowd(stack) as people:
        result = await measured(stack, people, cases, profiler)
    return result | {"gateway_cpu_us": None, "nginx_cpu_us": None, "seeded_cases": seed}


@contextlib.asynccontextmanager
async def platform(data: Path | None) -> AsyncIterator[EmbeddedStack]:
    folder = data or Path(tempfile.mkdtemp(prefix="bench-"))
    stack = EmbeddedStack(folder, extra=FAST)
    say("starting the platform")
    await stack.start(lambda name, seconds: None if seconds is None else say(f"  {name} {seconds:.1f} s"))
    try:
        yield stack
    finally:
        await stack.stop()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def write(path: Path, result: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    import uvloop

    try:
        sys.exit(uvloop.run(main()))
    except PySpyMissing as missing:
        sys.exit(str(missing))
