"""What case-svc is told from outside."""

from typing import Any

from chassis.settings import ServiceSettings
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import Field, SecretStr


class CaseSettings(ServiceSettings):
    files_url: str = Field(
        description="a folder's path, file://… or s3://bucket/prefix, for sealed files; this installation's alone"
    )
    document_key: SecretStr = Field(description="PEM of the Ed25519 key that signs issued documents")
    document_earlier_keys: str = Field("", description="PEM of public keys that signed earlier documents")
    public_url: str = Field("http://127.0.0.1:8080", description="where citizens reach the platform")
    more_fonts: str | None = Field(None, description="a folder with fonts for rare characters in names")
    submit_min_ial: int = Field(
        1, ge=0, le=4, description="level that submitting takes, whatever the item says"
    )
    home_province: str = "陕西"
    postage_near_cents: int = Field(2000, ge=1, description="fen, within the home province")
    postage_far_cents: int = Field(2300, ge=1, description="fen, elsewhere")
    max_body_bytes: int = 1_048_576

    @classmethod
    def placeholders(cls) -> dict[str, Any]:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return super().placeholders() | {"files_url": "memory:///", "document_key": pem}
