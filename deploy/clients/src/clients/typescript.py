"""The TypeScript types, made by openapi-typescript and held against a sample that walks a case."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from .sources import ROOT, fingerprint

FOLDER = ROOT / "deploy/clients/typescript"
TYPES = FOLDER / "api.ts"
_MADE_OF = FOLDER / ".made-of"
_SECONDS = 180


class NoNpm(Exception):
    """There is no npm, or it cannot reach its registry; the message says which."""


class TypesAreWrong(Exception):
    """The sample does not compile against the types; the message is the compiler's."""


def make_current() -> bool:
    """Makes the types where they are not current; whether it did. Raises NoNpm, TypesAreWrong."""
    made_of = fingerprint() + "".join(
        str(hash_of(name)) for name in ("package-lock.json", "sample.ts", "tsconfig.json")
    )
    if TYPES.exists() and _MADE_OF.exists() and _MADE_OF.read_text() == made_of:
        return False
    _install()
    from .document import merged_document  # takes every service with it

    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(merged_document(), ensure_ascii=False))
        _run("openapi-typescript", str(document), "--output", str(TYPES))
    _run("tsc", "--noEmit", "--project", str(FOLDER))
    _MADE_OF.write_text(made_of)
    return True


def hash_of(name: str) -> str:
    """Of one of the committed files."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNpm("npm is not installed · 未安装 npm")
    words = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(
            words, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise NoNpm(f"npm ci did not end in {_SECONDS} s") from error
    if done.returncode != 0:
        raise NoNpm((done.stderr or done.stdout).strip()[:500])


def _run(program: str, *words: str) -> None:
    command = [str(FOLDER / "node_modules/.bin" / program), *words]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if done.returncode != 0:
        raise TypesAreWrong(f"{program}: {(done.stdout + done.stderr)[-4000:]}")
