"""The Python client: a package `police_api`, made anew whenever what it is made from has changed."""

import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .sources import ROOT, fingerprint

PACKAGE = ROOT / "deploy/demo/src/police_api"
"""Beside its first user, so that an image or an installation of the demo has it too."""
_MADE_OF = PACKAGE / ".made-of"

# What the generator shall read as bytes: it knows no pictures, nor archives.
_CONFIG = {
    "content_type_overrides": dict.fromkeys(
        ("image/jpeg", "image/png", "application/pdf", "application/zip"), "application/octet-stream"
    ),
    "post_hooks": [],
}


class CannotGenerate(Exception):
    """The generator did not understand all of the document; the message says what."""


def is_current() -> bool:
    """Whether the client is there and made of the code as it is."""
    return _MADE_OF.exists() and _MADE_OF.read_text() == fingerprint()


def make_current(document: dict[str, Any] | None = None) -> bool:
    """Makes the client where it is not current; whether it did. Safe to call from several processes at once."""
    if is_current():
        return False
    PACKAGE.parent.mkdir(parents=True, exist_ok=True)
    with (PACKAGE.parent / ".police_api.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current():
            return False
        _make(document if document is not None else _document())
    return True


def _document() -> dict[str, Any]:
    from .document import merged_document  # takes every service with it

    return merged_document()


def _make(document: dict[str, Any]) -> None:
    made_of = fingerprint()
    with tempfile.TemporaryDirectory(dir=PACKAGE.parent, prefix=".police_api-") as folder:
        fresh = Path(folder) / "police_api"
        _generate(document, Path(folder), fresh)
        for file in fresh.rglob("*.py"):
            # The maintained continuation of httpx, with the same interface.
            text = re.sub(r"^import httpx$", "import httpx2 as httpx", file.read_text(), flags=re.MULTILINE)
            file.write_text(text)
        (fresh / _MADE_OF.name).write_text(made_of)
        if PACKAGE.exists():
            PACKAGE.rename(Path(folder) / "before")
        fresh.rename(PACKAGE)


def _generate(document: dict[str, Any], folder: Path, target: Path) -> None:
    path, config = folder / "openapi.json", folder / "config.json"
    path.write_text(json.dumps(document, ensure_ascii=False))
    config.write_text(json.dumps(_CONFIG))
    words = [
        sys.executable, "-m", "openapi_python_client", "generate", "--path", str(path), "--meta", "none",
        "--config", str(config), "--output-path", str(target), "--fail-on-warning",
    ]  # fmt: skip
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=folder, env=os.environ | {"PYTHONUTF8": "1"}
    )
    if done.returncode != 0:
        raise CannotGenerate(done.stdout[-4000:] + done.stderr[-4000:])
