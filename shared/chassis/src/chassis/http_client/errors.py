"""What can come of a request instead of an answer.

    UpstreamError
    ├── ConnectFailed           no connection was made: nothing was sent
    │   └── ConnectTimedOut     nor in time
    │       └── NoneFree        all there may be were in use, and none came free
    ├── Silent                  nothing was heard for too long; what was asked may have happened
    ├── Torn                    the connection ended before the answer did
    │   └── Dropped             … before its first byte
    └── BadAnswer               what came is no HTTP, or could be read in two ways

Texts hold nothing of the request or the answer: they may be logged.
"""


class UpstreamError(Exception):
    """The other side was not reached, or did not answer as HTTP has it."""


class ConnectFailed(UpstreamError):
    """No connection: nothing was sent."""


class ConnectTimedOut(ConnectFailed):
    """No connection was made in time."""


class NoneFree(ConnectTimedOut):
    """As many as there may be were in use, and none came free in time. It says nothing of the other side."""


class Silent(UpstreamError, TimeoutError):
    """The request was sent and nothing heard for too long. What it asked for may have happened."""


class Torn(UpstreamError):
    """The connection ended before the answer did. What was asked for may have happened."""


class Dropped(Torn):
    """Torn before the answer's first byte. On a kept connection: the other side may just have been closing it."""


class BadAnswer(UpstreamError):
    """What came is no HTTP/1.1, too large in its head, or could be read in two ways."""
