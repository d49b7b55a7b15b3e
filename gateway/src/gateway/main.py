"""`python -m gateway`."""

import contextlib
import sys

from chassis import collector
from chassis.telemetry.logs import configure_logging

from .bootstrap import build
from .server import server_config
from .settings import read_settings
from .stopping import GatewayServer, Stopping


def main() -> None:
    settings = read_settings()
    configure_logging("gateway", settings.log_level, settings.log_format)
    stopping = Stopping()
    app = build(settings, stopping=stopping)
    server = GatewayServer(server_config(app, settings), stopping, settings.drain_seconds)
    collector.relax()
    with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn once everything is stopped
        server.run()
    if not server.started:
        sys.exit(3)
