"""The channels of this deployment, out of one YAML document: name → protocol, addresses, accounts and key files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import Field, RootModel, ValidationError

from .alipay.configuration import AlipayConfiguration
from .bank.configuration import BankConfiguration
from .ccb.configuration import CcbConfiguration
from .wechat_pay.configuration import WeChatPayConfiguration

SANDBOX: Final = Path(__file__).parent / "data" / "sandbox.yaml"

Configuration = Annotated[
    AlipayConfiguration | BankConfiguration | CcbConfiguration | WeChatPayConfiguration,
    Field(discriminator="protocol"),
]


class _Document(RootModel[dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")], Configuration]]):
    """By the channel's name: it is in the addresses of notices, on orders and in bills."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What channels are told of us: where we are reached, where partners are, where key files are."""

    public_url: str
    notify_base_url: str
    partners_url: str
    folders: tuple[Path, ...]

    def notify_url(self, channel: str, payee: str) -> str:
        return f"{self.notify_base_url.rstrip('/')}/webhooks/payments/{channel}/{payee}"

    def return_url(self, channel: str, payee: str) -> str:
        """Where the payer's browser comes back to; a payment's own number follows."""
        return f"{self.public_url.rstrip('/')}/pay/return/{channel}/{payee}"

    def address(self, url: str) -> str:
        return url if "://" in url else self.partners_url.rstrip("/") + url

    def read(self, name: str) -> bytes:
        """A key file's content. Raises RuntimeError naming it and where it was looked for."""
        for folder in self.folders:
            if (folder / name).is_file():
                return (folder / name).read_bytes()
        looked = ", ".join(map(str, self.folders)) or "nowhere: set PARTNERS_KEYS"
        raise RuntimeError(f"the key file {name} of a payment channel is missing (looked in {looked})")


def read_configuration(path: Path) -> dict[str, Configuration]:
    """Raises RuntimeError saying what is wrong, and where."""
    try:
        return _Document.model_validate(yaml.safe_load(path.read_text())).root
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise RuntimeError(f"the payment channels of {path} cannot be read: {error}") from error
