"""The commands of a service: `python -m payment_svc [all|api|worker|migrate|openapi|audit-verify|reseal|…]`."""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from .audit import wiring
from .rotation.reseal import reseal_command
from .service import ROLES, Service
from .settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
Command = Callable[[Service, list[str]], Awaitable[int]]
"""An extra command: gets the started service (no workers) and the words after it; returns the exit code."""


def run(
    package: str,
    settings_class: type[S],
    build: Callable[[S], Service],
    commands: Mapping[str, Command] | None = None,
) -> None:
    """The whole of a service's `main()`. Exits 2 with one clear line per wrong setting or unknown command."""
    name, *rest = sys.argv[1:] or ["all"]
    commands = commands or {}
    known = (*ROLES, "migrate", "openapi", "audit-verify", "reseal", *commands)
    if name not in known:
        _fail(f"{package}: unknown command {name!r}; there are: {', '.join(known)}")
    service = build(_settings(package, settings_class, placeholder=name == "openapi"))
    if name == "openapi":
        _print_openapi(service)
    elif name == "migrate":
        _migrate(service)
    elif name == "audit-verify":
        sys.exit(asyncio.run(wiring.verify_command(service, rest)))
    elif name == "reseal":
        sys.exit(asyncio.run(_run_command(service, reseal_command, rest)))
    elif name in commands:
        sys.exit(asyncio.run(_run_command(service, commands[name], rest)))
    else:
        _serve(service, name)


def _settings(package: str, settings_class: type[S], *, placeholder: bool) -> S:
    try:
        return settings_class(**(settings_class.placeholders() if placeholder else {}))
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            setting = "_".join(str(part) for part in item["loc"]).upper()
            print(f"{package}: setting {setting}: {item['msg']}", file=sys.stderr)
        sys.exit(2)


def _serve(service: Service, role: str) -> None:
    import uvicorn

    from . import collector
    from .telemetry.logs import configure_logging

    settings = service.settings
    configure_logging(service.name, settings.log_level, settings.log_format)
    service.role = role
    app = service.app()
    collector.relax()

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: Any = None) -> None:
            service.streams.close()  # else it would wait for them
            await super().shutdown(sockets)

    server = Server(uvicorn.Config(app, **server_options(settings)))
    with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn once everything is stopped
        server.run()
    if not server.started:
        sys.exit(3)


def server_options(settings: ServiceSettings) -> dict[str, Any]:
    """How uvicorn serves one of our services."""
    from .http.joined_writes import JoinedWritesProtocol

    return {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": JoinedWritesProtocol,
        # From these peers the address in X-Forwarded-For takes the peer's place.
        "forwarded_allow_ips": settings.trusted_proxies,
        "proxy_headers": bool(settings.trusted_proxies),
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": False,
        # Longer than the gateway keeps its side open, so that it is never we who close a connection it is about to use.
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 8,
        "h11_max_incomplete_event_size": 65_536,
    }


def _migrate(service: Service) -> None:
    from .db import migrate

    settings = service.settings
    url = settings.database_url.get_secret_value()
    owner = settings.migration_database_url.get_secret_value() if settings.migration_database_url else url
    asyncio.run(migrate.bring_up(owner, url, service.migrations))
    print(f"{service.name}: database at {migrate.head_revision(service.migrations)}")


def _print_openapi(service: Service) -> None:
    import orjson

    print(orjson.dumps(service.app().openapi(), option=orjson.OPT_INDENT_2).decode())


async def _run_command(service: Service, command: Command, words: list[str]) -> int:
    from .telemetry.logs import configure_logging

    # What the command prints is for whoever called it, and may be read by a script.
    settings = service.settings
    configure_logging(service.name, settings.log_level, settings.log_format, to=sys.stderr)
    await service.start(role="api")
    try:
        return await command(service, words)
    finally:
        await service.stop()


def _fail(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)
