"""The departments' systems as programs of their own: one in Node, one behind Apache."""

import asyncio
import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
from demo.api import until

from .machine import HERE, MODULES, program

_APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
DocumentRoot {folder}/pages
{user}
{modules}
Define ISSUER {issuer}
Define CLIENT_ID {client_id}
Define CLIENT_SECRET {client_secret}
Define HOME_URL http://localhost:{port}
Define PASSPHRASE {passphrase}
TypesConfig /dev/null
AddType text/html .html
AddOutputFilter INCLUDES .html
<Directory {folder}/pages>
    Options +Includes
    Require all granted
</Directory>
Include {conf}
"""
_MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "mime", "dir", "include", "auth_openidc")
_PAGE = """{"sub": "<!--#echo var="REMOTE_USER" -->", "nickname": "<!--#echo var="OIDC_CLAIM_nickname" -->",
"phone": "<!--#echo var="OIDC_CLAIM_phone_number" -->", "acr": "<!--#echo var="OIDC_CLAIM_acr" -->"}"""


@contextlib.asynccontextmanager
async def node_department(port: int, environment: dict[str, str]) -> AsyncIterator[str]:
    """Its address."""
    process = await asyncio.create_subprocess_exec(
        str(program("node")),
        str(HERE / "department.mjs"),
        env={"PATH": os.environ.get("PATH", ""), "PORT": str(port), **environment},
    )
    async with _running(process, f"http://localhost:{port}/bye"):
        yield f"http://localhost:{port}"


@contextlib.asynccontextmanager
async def apache_department(port: int, issuer: str, client_id: str, secret: str) -> AsyncIterator[str]:
    """Its address."""
    folder = Path(tempfile.mkdtemp(prefix="apache-"))
    try:
        conf = _lay_out(folder, port, issuer, client_id, secret)
        process = await asyncio.create_subprocess_exec(
            str(program("apache2")), "-f", str(conf), "-DFOREGROUND"
        )
        async with _running(process, f"http://localhost:{port}/", folder / "error.log"):
            yield f"http://localhost:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, port: int, issuer: str, client_id: str, secret: str) -> Path:
    """Pages where Apache's own user may read them, and the configuration: its path."""
    folder.chmod(0o755)
    (folder / "pages" / "private").mkdir(parents=True)
    (folder / "pages" / "private" / "index.html").write_text(_PAGE)
    (folder / "pages" / "index.html").write_text('{"public": true}')
    conf = folder / "apache.conf"
    conf.write_text(
        _APACHE.format(
            folder=folder,
            port=port,
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _MODULES),
            issuer=issuer,
            client_id=client_id,
            client_secret=secret,
            passphrase=secrets.token_hex(16),
            conf=HERE / "department.conf",
        )
    )
    return conf


def _complaint(log: Path | None) -> str:
    return log.read_text()[-3000:] if log and log.exists() else ""


@contextlib.asynccontextmanager
async def _running(
    process: asyncio.subprocess.Process, url: str, log: Path | None = None
) -> AsyncIterator[None]:
    async def answers() -> Any:
        if process.returncode is not None:
            raise AssertionError(f"{url} ended: {_complaint(log)}")
        async with httpx2.AsyncClient(timeout=2) as client:
            with contextlib.suppress(httpx2.HTTPError):
                return (await client.get(url)).status_code == 200 or None
        return None

    try:
        await until(url, answers, 30)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()
