"""The `|$4|` envelope: SM4-ECB over the JSON and the key's own text."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from ...errors import CannotStart

MARK = "|$4|"
_BLOCK_BITS = 128


class Broken(Exception):
    """Not in an envelope under this key."""


class Envelope:
    def __init__(self, key_text: bytes) -> None:
        try:
            key = b64decode(key_text, validate=True)
            self._cipher = Cipher(SM4(key), modes.ECB())
        except (Base64Error, ValueError) as error:
            raise CannotStart(f"the EMS key is not base64 of 16 bytes: {error}") from error
        self._key_text = key_text

    def seal(self, document: bytes, *, checked: bool = True) -> str:
        """`checked`: the key's text goes along behind the document, as in requests; pushes go without."""
        padder, encryptor = PKCS7(_BLOCK_BITS).padder(), self._cipher.encryptor()
        plain = document + (self._key_text if checked else b"")
        padded = padder.update(plain) + padder.finalize()
        return MARK + b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        """The document, whose check is right. Raises Broken."""
        try:
            raw = b64decode(sealed.removeprefix(MARK), validate=True)
            unpadder, decryptor = PKCS7(_BLOCK_BITS).unpadder(), self._cipher.decryptor()
            plain = unpadder.update(decryptor.update(raw) + decryptor.finalize()) + unpadder.finalize()
        except (Base64Error, ValueError) as error:
            raise Broken(str(error)) from error
        if not plain.endswith(self._key_text):
            raise Broken("the check at the end is missing")
        return plain.removesuffix(self._key_text)
