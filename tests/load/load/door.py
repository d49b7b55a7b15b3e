"""What one request costs at the door: the gateway's CPU, and nginx's for the same request to the same service."""

import asyncio
import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from embedded import ports
from embedded.stack import EmbeddedStack

from .measure import process_seconds
from .people import Person
from .progress import say

_SERVICE, _PATH = "catalog-svc", "/api/catalog/stats"
"""Small, quick, and the token that comes with it is checked at the gateway."""
_SECONDS = 4
_CONNECTIONS = 8
_NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream service {{ server {backend}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


async def at_the_door(
    stack: EmbeddedStack, http: aiohttp.ClientSession, caller: Person
) -> dict[str, float | None]:
    """`gateway_cpu_us` and `nginx_cpu_us` a request; the latter None where nginx is not installed."""
    gateway = stack.processes["gateway"].pid
    assert gateway is not None
    await _drive(http, stack.url("gateway"), caller, seconds=1)
    through_gateway = await _cost(http, stack.url("gateway"), caller, gateway)
    through_nginx = None
    async with _nginx(stack.url(_SERVICE).removeprefix("http://")) as nginx:
        if nginx is not None:
            url, pid = nginx
            await _drive(http, url, caller, seconds=1)
            through_nginx = await _cost(http, url, caller, pid)
    return {"gateway_cpu_us": through_gateway, "nginx_cpu_us": through_nginx}


async def _cost(http: aiohttp.ClientSession, url: str, caller: Person, pid: int) -> float:
    before = process_seconds(pid)
    count = await _drive(http, url, caller, _SECONDS)
    return round((process_seconds(pid) - before) * 1e6 / count, 1)


async def _drive(http: aiohttp.ClientSession, url: str, caller: Person, seconds: int) -> int:
    """How many requests were answered in so many seconds. Raises RuntimeError unless 99.9 % of them succeeded."""
    if (wrk := shutil.which("wrk")) is None:
        return await _drive_ourselves(http, url, caller, seconds)
    headers = [part for name, value in caller.headers.items() for part in ("-H", f"{name}: {value}")]
    command = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", *headers, url + _PATH]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told = (await process.communicate())[0].decode()
    answered = re.search(r"(\d+) requests in", told)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    count, others = int(answered[1]) if answered else 0, int(refused[1]) if refused else 0
    if count == 0 or others > count / 1000:
        raise RuntimeError(f"{url}{_PATH} did not answer as it should: {told}")
    if others:
        say(f"  {others} of {count} answers at {url}{_PATH} were no success")
    return count


async def _drive_ourselves(http: aiohttp.ClientSession, url: str, caller: Person, seconds: int) -> int:
    end, answered = time.monotonic() + seconds, 0

    async def one() -> None:
        nonlocal answered
        while time.monotonic() < end:
            async with http.get(url + _PATH, headers=caller.headers) as answer:
                await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{url}{_PATH} answered {answer.status}")
            answered += 1

    await asyncio.gather(*(one() for _ in range(_CONNECTIONS)))
    return answered


@contextlib.asynccontextmanager
async def _nginx(backend: str) -> AsyncIterator[tuple[str, int] | None]:
    """(url, pid) of an nginx in front of `backend`; None where there is none."""
    program = shutil.which("nginx")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        port = ports.choose(["nginx"], {})["nginx"]
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(_NGINX.format(folder=folder, backend=backend, port=port))
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            program, "-p", folder, "-c", str(configuration), stdout=quiet, stderr=quiet
        )
        try:
            await _until_open(port)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            await process.wait()


async def _until_open(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("nginx did not start in 5 s")
