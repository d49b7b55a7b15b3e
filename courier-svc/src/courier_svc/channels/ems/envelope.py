"""The `|$4|` envelope: base64 of SM4-ECB over a JSON text, and in requests over the key's own text behind it.

ECB with no MAC proves little: whoever has seen envelopes may put blocks of them together anew. So does a push.
"""

import base64
import binascii
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

MARK: Final = "|$4|"
_BLOCK_BITS: Final = 128


class EnvelopeBroken(Exception):
    """Not sealed under this key."""


class Envelope:
    def __init__(self, key_text: str) -> None:
        """`key_text` as EMS gives it: base64 of 16 bytes. Raises ValueError."""
        key = base64.b64decode(key_text, validate=True)
        self._cipher = Cipher(SM4(key), modes.ECB())
        self._check = key_text.encode("ascii")

    def seal(self, document: bytes) -> str:
        padder, encryptor = PKCS7(_BLOCK_BITS).padder(), self._cipher.encryptor()
        padded = padder.update(document + self._check) + padder.finalize()
        return MARK + base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")

    def open(self, sealed: str) -> bytes:
        """The document, without the check where it is there; pushes have been seen without. Raises EnvelopeBroken."""
        try:
            raw = base64.b64decode(sealed.removeprefix(MARK), validate=True)
            decryptor, unpadder = self._cipher.decryptor(), PKCS7(_BLOCK_BITS).unpadder()
            padded = decryptor.update(raw) + decryptor.finalize()
            return (unpadder.update(padded) + unpadder.finalize()).removesuffix(self._check)
        except (binascii.Error, ValueError) as error:
            raise EnvelopeBroken(str(error)) from error
