"""`python -m demo --url http://127.0.0.1:8080 --data .data`: exit 0 only when both cases reached their end."""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

import httpx2

from .api import NeverHappened, Platform, Refused
from .licence import Licence
from .walk import Walk


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the gateway")
    parser.add_argument("--data", type=Path, help="the platform's data folder, which tells the rest")
    parser.add_argument(
        "--sandbox", help="of the partner sandbox; its token is read from DEMO_CONTROL_TOKEN_FILE"
    )
    parser.add_argument("--accounts", type=Path, help="the demonstration's log-ins")
    args = parser.parse_args()
    try:
        platform, accounts = _of_folder(args.url, args.data) if args.data else _of_words(args)
    except (OSError, KeyError, ValueError) as error:
        print(f"✗ 读不到平台的演示信息 · the platform's demo data cannot be read: {error}", file=sys.stderr)
        return 1
    return asyncio.run(_walk(platform, accounts))


async def _walk(platform: Platform, accounts: Path) -> int:
    def say(line: str) -> None:
        print(f"  {line}", flush=True)

    try:
        async with platform:
            logins = _logins(accounts)
            citizen = await Walk(platform, logins, say)()
            say("")
            await Licence(platform, logins, say)(citizen)
    except (Refused, NeverHappened, httpx2.TransportError, OSError) as error:
        print(f"✗ {error or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


def _of_folder(url: str, data: Path) -> tuple[Platform, Path]:
    port = json.loads((data / "run" / "state.json").read_text())["parts"]["partners"]["port"]
    token = json.loads((data / "secrets" / "platform.json").read_text())["control_token"]
    return Platform(url, f"http://127.0.0.1:{port}", token), data / "demo.json"


def _of_words(args: argparse.Namespace) -> tuple[Platform, Path]:
    token = Path(os.environ["DEMO_CONTROL_TOKEN_FILE"]).read_text().strip()
    return Platform(args.url, args.sandbox or "", token), args.accounts


def _logins(accounts: Path) -> dict[str, str]:
    found = json.loads(accounts.read_text())
    return {one["badge_no"]: one["password"] for one in found if one["kind"] == "officer"}


if __name__ == "__main__":
    sys.exit(main())
