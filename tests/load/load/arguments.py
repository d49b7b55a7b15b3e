"""The command line."""

import argparse
from pathlib import Path


def read_arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(
        prog="load", description="Drives whole cases through the gateway and measures what they cost."
    )
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0, help="finished cases to fill in first")
    arguments.add_argument("--out", type=Path, default=Path(".bench"))
    arguments.add_argument("--data", type=Path, help="keep the platform's data here; seeded once, used again")
    arguments.add_argument(
        "--profile", metavar="PART", nargs="+",
        help="a second run, in which these processes sample their stacks; `all` for every Python one",
    )  # fmt: skip
    arguments.add_argument(
        "--compare", metavar="SEED1,SEED2", type=_numbers,
        help="interleaved runs over two numbers of finished cases, and the ratio of their CPU a case",
    )  # fmt: skip
    arguments.add_argument("--rounds", type=int, default=3, help="of --compare")
    arguments.add_argument("--door", action="store_true", help="only the door, without cases: half a minute")
    arguments.add_argument(
        "--sessions", action="store_true", help="only log-ins, sessions and revocations: two minutes"
    )
    arguments.add_argument("--bill", action="store_true", help="only a bill of a million lines: four minutes")
    arguments.add_argument(
        "--bill-lines",
        type=int,
        default=1_000_000,
        help="of --bill; fewer show that it works, not what it costs",
    )
    arguments.add_argument("--notices", action="store_true", help="only the providers' notices: two minutes")
    return arguments.parse_args()


def _numbers(text: str) -> list[int]:
    numbers = [int(part.replace("_", "")) for part in text.split(",")]
    if len(numbers) != 2:
        raise argparse.ArgumentTypeError("two numbers, such as 10000,1000000")
    return numbers
