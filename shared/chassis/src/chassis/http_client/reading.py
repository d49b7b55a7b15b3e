"""What comes over one connection, taken apart into answers."""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from .errors import BadAnswer
from .request import Headers

_UNREAD = 65_536
"""Bytes of a head, or of trailers and the like, that may come before something comes of them."""


class Reading:
    """The answer under way. Our parser, llhttp in its strict mode, refuses two lengths and whatever else is odd.

    `in_head`: its final head is not complete; interim answers (1xx) are left out. `whole`: all of it came.
    `excess`: so did something behind it. `parts`: what came of the body, for the caller to take. `keep_alive`: it
    does not forbid another exchange. `length` as announced, in bytes.
    """

    __slots__ = (
        "_at_start", "_parser", "_to_head", "_unread", "chunked", "excess", "headers", "in_head", "keep_alive",
        "length", "on_body", "parts", "status", "whole",
    )  # fmt: skip

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.on_body = self.parts.append  # no frame of ours for each piece
        self._renew()

    def _renew(self) -> None:
        self._parser = HttpResponseParser(self)
        self._at_start = True

    def begin(self, *, to_head: bool) -> None:
        """An answer is awaited; `to_head`: to a HEAD request, which brings no body whatever length it names."""
        if not self._at_start:
            self._renew()
        self._to_head = to_head
        self._at_start = False
        self._unread = 0
        self.in_head = True
        self.whole = self.excess = self.chunked = False
        self.length: int | None = None
        self.headers: Headers = []

    @property
    def nothing_came(self) -> bool:
        return self.in_head and self._unread == 0

    @property
    def ends_with_connection(self) -> bool:
        """Neither length nor chunks tell where it ends."""
        return not self.in_head and not self.chunked and self.length is None

    def feed(self, data: bytes) -> None:
        """Takes the next bytes. Raises BadAnswer."""
        self._unread += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.whole:
                cause = error.__context__  # what a callback of ours raised
                raise cause if isinstance(cause, BadAnswer) else BadAnswer(_said(error)) from None
            self.excess = True
        if self.parts:
            self._unread = 0
            if self._to_head:  # the parser cannot be told, and takes it for the body
                self.parts.clear()
                self.excess = True
        elif self._unread > _UNREAD and not self.whole:
            raise _too_large()

    # The parser's calls. Headers that come behind the head are trailers, and nobody's.

    def on_message_begin(self) -> None:
        if self.whole:
            raise BadAnswer("it is followed by another")  # `feed` makes it an excess

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.in_head:
            return
        name = name.lower()
        if name == b"content-length":
            self.length = int(value)
        elif name == b"transfer-encoding":
            if self.chunked or value.lower() != b"chunked":
                raise BadAnswer("its transfer coding is not known here")
            self.chunked = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if not self.in_head:
            return
        status = self.status = self._parser.get_status_code()
        if self._unread > _UNREAD and sum(len(name) + len(value) for name, value in self.headers) > _UNREAD:
            raise _too_large()
        version = self._parser.get_http_version()
        if version != "1.1" and (version != "1.0" or self.chunked):
            raise BadAnswer(f"its version is {version}")
        if 200 <= status <= 599:
            self.in_head = False
            self._unread = 0
            self.keep_alive = self._parser.should_keep_alive()
            self.whole = self._to_head
        elif 100 <= status < 200 and status != 101:
            self.length, self.chunked, self.headers = None, False, []
        else:
            raise BadAnswer(f"its status is {status}")

    def on_message_complete(self) -> None:
        if self.in_head:
            return  # an interim one
        self._at_start = self.whole = True


def _too_large() -> BadAnswer:
    return BadAnswer("its head is too large")


def _said(error: Exception) -> str:
    # An upgrade's text is a position.
    return str(error) if isinstance(error, HttpParserError) else "it wishes for another protocol"
