"""While a provider changes its key, the old and the new one prove what it says; a stranger's never does."""

import base64
import hashlib
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import MD5, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from payment_svc.channels.alipay.signing import AlipayKeys
from payment_svc.channels.authentic import NotAuthentic
from payment_svc.channels.bank.signing import BankKeys
from payment_svc.channels.ccb.signing import CounterKeys
from payment_svc.channels.wechat_pay.signing import ProviderKeys

Prove = Callable[[], None]
_RSA = [generate_private_key(65537, 2048) for _ in range(3)]
_ED = [Ed25519PrivateKey.generate() for _ in range(3)]
_IDS = ["PUB_KEY_ID_1", "PUB_KEY_ID_2", "PUB_KEY_ID_3"]


def pem(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def digits(key: RSAPrivateKey) -> bytes:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der.hex().encode() + b"\n"


def bank(which: int) -> Prove:
    raw = _ED[which].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    at = str(int(time.time()))
    headers = {
        "x-bank-key-id": hashlib.sha256(raw).hexdigest()[:16],
        "x-bank-timestamp": at,
        "x-bank-nonce": "n",
        "x-bank-signature": base64.b64encode(_ED[which].sign(f"{at}\nn\n{{}}\n".encode())).decode(),
    }
    return lambda: BankKeys(pem(_ED[0]) + pem(_ED[1])).prove(headers, b"{}")


def wechat_pay(which: int) -> Prove:
    at = str(int(time.time()))
    signature = _RSA[which].sign(f"{at}\nn\n{{}}\n".encode(), PKCS1v15(), SHA256())
    headers = {
        "wechatpay-serial": _IDS[which],
        "wechatpay-timestamp": at,
        "wechatpay-nonce": "n",
        "wechatpay-signature": base64.b64encode(signature).decode(),
    }
    return lambda: ProviderKeys(pem(_RSA[0]) + pem(_RSA[1]), _IDS[:2]).prove(headers, b"{}")


def alipay(which: int) -> Prove:
    signature = base64.b64encode(_RSA[which].sign(b"a=1", PKCS1v15(), SHA256()))
    return lambda: AlipayKeys(pem(_RSA[0]) + pem(_RSA[1])).prove(b"a=1", signature)


def ccb(which: int) -> Prove:
    signature = _RSA[which].sign(b"POSID=1", PKCS1v15(), MD5()).hex().encode()
    return lambda: CounterKeys(digits(_RSA[0]) + digits(_RSA[1])).prove(b"POSID=1", signature)


@pytest.mark.parametrize("said_by", [bank, wechat_pay, alipay, ccb])
def test_present_and_other_key_prove_and_a_strangers_does_not(said_by: Callable[[int], Prove]) -> None:
    for ours in (0, 1):
        said_by(ours)()
    with pytest.raises(NotAuthentic):
        said_by(2)()


def test_a_key_cannot_sign_under_the_others_name() -> None:
    at = str(int(time.time()))
    signature = _RSA[0].sign(f"{at}\nn\n{{}}\n".encode(), PKCS1v15(), SHA256())
    headers = {
        "wechatpay-serial": _IDS[1],
        "wechatpay-timestamp": at,
        "wechatpay-nonce": "n",
        "wechatpay-signature": base64.b64encode(signature).decode(),
    }
    with pytest.raises(NotAuthentic, match="signature"):
        ProviderKeys(pem(_RSA[0]) + pem(_RSA[1]), _IDS[:2]).prove(headers, b"{}")


def test_the_first_key_is_the_one_that_is_asked_for() -> None:
    assert (
        ProviderKeys(pem(_RSA[1]) + pem(_RSA[0]), ["PUB_KEY_ID_2", "PUB_KEY_ID_1"]).key_id == "PUB_KEY_ID_2"
    )
    assert CounterKeys(pem(_RSA[0]) + pem(_RSA[1])).pub == digits(_RSA[0]).decode().strip()[-30:]


@pytest.mark.parametrize(
    "read",
    [
        lambda: ProviderKeys(pem(_RSA[0]) + pem(_RSA[1]), _IDS[:1]),
        lambda: ProviderKeys(pem(_RSA[0]), _IDS[:2]),
        lambda: BankKeys(b"  \n"),
        lambda: AlipayKeys(pem(_ED[0])),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(read: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        read()
