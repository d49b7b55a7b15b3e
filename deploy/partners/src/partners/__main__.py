"""`python -m partners keys --out DIR` and `python -m partners serve --host HOST --port PORT`."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from .app import build
from .errors import CannotStart
from .keys import generate
from .settings import PartnersSettings

CANNOT_START = 2


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "keys":
            return _keys(chosen.out, force=chosen.force)
        return _serve(chosen.host, chosen.port)
    except CannotStart as error:
        print(f"合作方沙箱无法启动 / partners cannot start: {error}", file=sys.stderr)
        return CANNOT_START


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m partners", description="合作方沙箱 / the partner sandbox"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    keys = commands.add_parser("keys", help="生成密钥文件 / make the key files")
    keys.add_argument("--out", type=Path, required=True)
    keys.add_argument("--force", action="store_true", help="replace what is there")
    serve = commands.add_parser("serve", help="运行 / run")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=9400)
    return parser


def _keys(folder: Path, *, force: bool) -> int:
    try:
        written = generate(folder, force=force)
    except OSError as error:
        raise CannotStart(f"cannot write keys to {folder}: {error.strerror}") from error
    for file in written:
        print(file)
    return 0


def _serve(host: str, port: int) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    server = uvicorn.Server(
        uvicorn.Config(
            build(_settings()),
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            date_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,
        )
    )
    # What is loaded now stays; looking through it again and again for garbage costs a busy sandbox a twentieth.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    server.run()
    return 0 if server.started else CANNOT_START


def _settings() -> PartnersSettings:
    try:
        return PartnersSettings()  # type: ignore[call-arg]  # read from the environment
    except ValidationError as error:
        wrong = ", ".join(
            f"PARTNERS_{'_'.join(map(str, each['loc'])).upper()} ({each['msg']})" for each in error.errors()
        )
        raise CannotStart(f"set {wrong}") from None


if __name__ == "__main__":
    sys.exit(main())
