"""Whether what the API document is made from has changed since something was last made of it."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[4]
"""The repository."""
_MADE_FROM = ("shared/*/src", "gateway/src", "*-svc/src", "deploy/clients/src")


def fingerprint() -> str:
    """Of all code that the document, and what is made of it, depends on."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    folders = [folder for pattern in _MADE_FROM for folder in sorted(ROOT.glob(pattern))]
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
