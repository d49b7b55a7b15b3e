"""A browser and a department's system, for tests of the OpenID provider over ASGI."""

from .browser import Browser, Page
from .party import ISSUER, Party, claims_of, register

__all__ = ["ISSUER", "Browser", "Page", "Party", "claims_of", "register"]
