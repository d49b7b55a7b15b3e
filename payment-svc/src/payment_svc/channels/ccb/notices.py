"""A notice's query string in our words. Some values are GBK."""

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_to_bytes

from ...domain.readings import Notice, PaymentStatus
from ..authentic import NotAuthentic
from ..reading import Unreadable, is_name, unreadable
from .mapping import number_of_order, payment_reading
from .signing import CounterKeys, signed_text


class NoticeReader:
    """Of one counter: which fields its notices sign is a matter of what was signed up for."""

    def __init__(self, key: CounterKeys, order: Sequence[str], optional: frozenset[str]) -> None:
        self._key = key
        self._order = order
        self._optional = optional

    def prove(self, query: bytes) -> None:
        """Raises NotAuthentic unless the bank signed it."""
        fields = _fields(query)
        if "SIGN" not in fields:
            raise NotAuthentic("missing")
        self._key.prove(signed_text(fields, self._order, self._optional), fields["SIGN"])

    def returned(self, query: bytes) -> str:
        """The number in the query with which the bank sent the payer back. Raises NotAuthentic."""
        self.prove(query)
        return number_of_order(_fields(query).get("ORDERID", b"").decode("latin-1"))

    def read(self, query: bytes) -> Notice:
        """Never raises: what is authentic is kept, whatever it says.

        Only signed fields are looked at. There is no id: what was signed is its own. There is no time either, and the
        signature is weak, so money needs the query every time.
        """
        try:
            fields = _fields(query)
            facts = {name: _text(fields[name]) for name in self._order if name in fields}
            success = facts.get("SUCCESS")
            if not is_name(success):
                raise Unreadable("SUCCESS")
            paid = PaymentStatus.SUCCEEDED if success == "Y" else PaymentStatus.PENDING
            reading = payment_reading(facts, paid)
        except (NotAuthentic, Unreadable):
            return unreadable(query)
        signed = signed_text(fields, self._order, self._optional)
        notice_id = f"sha256:{hashlib.sha256(signed).hexdigest()}"
        return Notice(notice_id, f"SUCCESS={success}", query, payment=reading, needs_query=True)


def _fields(query: bytes) -> Mapping[str, bytes]:
    """Decoded once. Raises NotAuthentic where a name stands twice, or is none."""
    fields: dict[str, bytes] = {}
    for part in query.split(b"&"):
        raw_name, _, value = part.partition(b"=")
        name = raw_name.decode("latin-1")
        if name in fields:
            raise NotAuthentic("malformed")
        fields[name] = unquote_to_bytes(value.replace(b"+", b" "))
    return fields


def _text(value: bytes) -> str:
    for charset in ("utf-8", "gb18030"):
        try:
            return value.decode(charset)
        except UnicodeDecodeError:
            continue
    raise Unreadable("charset")
