"""EMS, the open API of China Post's contract customers. Its protocol: deploy/partners/PROTOCOL.md, section 5.1."""

from .client import EmsAccount, EmsClient
from .envelope import Envelope
from .pushes import NEVER_DELIVERED, EmsDoor

__all__ = ["NEVER_DELIVERED", "EmsAccount", "EmsClient", "EmsDoor", "Envelope"]
