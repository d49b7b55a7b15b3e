"""Files at rest: unreadable, bound to their row, whole or not there."""

import base64
import hashlib
import os

import pytest
from case_svc.materials.errors import FileMissing
from case_svc.materials.links import LinkInvalid, LinkSigner
from case_svc.materials.store import MaterialStore
from chassis.sealing import SealBroken, Sealer
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def sealer() -> Sealer:
    key = base64.b64encode(bytes(range(32))).decode()
    return Sealer(f"k1:{key}", key)


@pytest.fixture
def store(tmp_path, sealer) -> MaterialStore:
    return MaterialStore(str(tmp_path / "files"), sealer)


SECRET = "公民身份号码 440101199001011234".encode() * 100


@pytest.mark.parametrize("content", [SECRET, b"", os.urandom(700_000)], ids=["small", "empty", "large"])
async def test_what_was_put_is_read_back(store, content):
    key = store.new_key("materials")
    stored = await store.put(key, content, b"case-1")
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert await store.get(key, b"case-1") == content


async def test_nothing_on_disk_can_be_read(store, tmp_path):
    key = store.new_key("materials")
    await store.put(key, SECRET, b"case-1")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert SECRET[:12] not in files[0].read_bytes()
    assert "case" not in files[0].name


async def test_a_file_moved_to_another_row_or_altered_is_refused(store, tmp_path):
    key = store.new_key("materials")
    await store.put(key, SECRET, b"case-1")
    with pytest.raises(SealBroken):
        await store.get(key, b"case-2")
    path = next(path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SealBroken):
        await store.get(key, b"case-1")


async def test_deleting_twice_is_fine_and_reading_after_is_not_found(store):
    key = store.new_key("materials")
    await store.put(key, SECRET, b"")
    await store.delete(key)
    await store.delete(key)
    with pytest.raises(FileMissing):
        await store.get(key, b"")


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", "materials/aa/../../x", "", "materials/aa/b\n"]
)
async def test_keys_of_others_making_reach_nothing(store, key):
    for attempt in (store.get(key, b""), store.put(key, b"", b""), store.delete(key)):
        with pytest.raises(ValueError, match="not a key"):
            await attempt


def test_keys_never_repeat(store):
    assert len({store.new_key("materials") for _ in range(1000)}) == 1000


SIGNER = LinkSigner(bytes(32))
PATH = "/api/cases/1/materials/2/content"


def parts(link: str) -> tuple[str, int, str]:
    path, query = link.split("?")
    expires, signature = (part.split("=", 1)[1] for part in query.split("&"))
    return path, int(expires), signature


def test_a_signed_link_is_valid_for_its_path_only():
    path, expires, signature = parts(SIGNER.sign(PATH))
    SIGNER.check(path, expires, signature)
    for attempt in (
        (path + "0", expires, signature),
        (path, expires + 1, signature),
        (path, expires, signature[:-1]),
        (path, expires, "签名"),
    ):
        with pytest.raises(LinkInvalid):
            SIGNER.check(*attempt)
    with pytest.raises(LinkInvalid):
        LinkSigner(b"1" * 32).check(path, expires, signature)


def test_an_expired_link_is_refused():
    with pytest.raises(LinkInvalid):
        SIGNER.check(*parts(SIGNER.sign(PATH, lifetime=-1)))


@given(st.text(max_size=50), st.integers(-(10**12), 10**12), st.text(max_size=60))
def test_no_guess_opens_anything(path, expires, signature):
    with pytest.raises(LinkInvalid):
        SIGNER.check(path, expires, signature)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        LinkSigner(b"short")
