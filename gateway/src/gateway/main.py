"""`python -m gateway`."""

import uvicorn
from chassis.telemetry.logs import configure_logging

from .bootstrap import build
from .settings import GatewaySettings, read_settings


def main() -> None:
    settings: GatewaySettings = read_settings()
    configure_logging("gateway", settings.log_level, settings.log_format)
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=10,
    )
