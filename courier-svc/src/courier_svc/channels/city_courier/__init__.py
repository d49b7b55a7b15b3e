"""The city's contract courier: signed JSON over HTTP, both ways.

Its protocol: deploy/partners/PROTOCOL.md, sections 2, 3 and 5.
"""

from .client import CityCourier
from .pushes import CityCourierDoor
from .signing import Signer, Verifier

__all__ = ["CityCourier", "CityCourierDoor", "Signer", "Verifier"]
