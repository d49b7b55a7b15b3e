"""The key that signs issued documents: made once, kept beside the other secrets, never replaced silently."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from embedded.folder import write_private


def keep(folder: Path) -> Path:
    """The PEM file below `folder`; made when it is not there."""
    path = folder / "document-key.pem"
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    return path
