"""`python -m gateway`."""

import contextlib
import sys

import uvicorn
from chassis import collector
from chassis.telemetry.logs import configure_logging

from .bootstrap import build
from .server import server_config
from .settings import read_settings


def main() -> None:
    settings = read_settings()
    configure_logging("gateway", settings.log_level, settings.log_format)
    server = uvicorn.Server(server_config(build(settings), settings))
    collector.relax()
    with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn once everything is stopped
        server.run()
    if not server.started:
        sys.exit(3)
