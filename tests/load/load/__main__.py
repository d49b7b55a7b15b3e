"""`python -m load --cases 300 --seed 10000 --out .bench`."""

import json
import sys
from pathlib import Path
from typing import Any

from .arguments import read_arguments
from .bench import bench, the_door, the_notices, the_sessions
from .bills import the_bill
from .compare import compare
from .profiling import Profiler


async def main() -> int:
    wanted = read_arguments()
    if wanted.compare:
        result = await compare(wanted.cases, wanted.compare, wanted.rounds, wanted.data)
        _write(wanted.out / "compare.json", result)
    elif wanted.door:
        result = await the_door()
        _write(wanted.out / "door.json", result)
    elif wanted.sessions:
        result = await the_sessions()
        _write(wanted.out / "sessions.json", result)
    elif wanted.bill:
        result = await the_bill(wanted.bill_lines)
        _write(wanted.out / "bill.json", result)
    elif wanted.notices:
        result = await the_notices()
        _write(wanted.out / "notices.json", result)
    else:
        profiler = Profiler(wanted.profile, wanted.out / "profile") if wanted.profile else None
        result = await bench(wanted.cases, wanted.seed, wanted.data, profiler)
        _write(wanted.out / "latest.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result.get("failures") else 0


def _write(path: Path, result: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    import uvloop

    sys.exit(uvloop.run(main()))
