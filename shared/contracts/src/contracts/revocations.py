"""The log of revocations in Redis, as identity-svc writes it and the gateways read it.

`LOG_KEY` is a stream. An entry's fields are ids of revoked sessions and mandates, each with the Unix second at which
no token that names it can be valid any more. `MARK_KEY` holds `<generation>.<cursor>`; a log without its mark is not
whole, and with another generation it is another log, to be read from its beginning.
"""

from typing import Final

LOG_KEY: Final = "{revocations}:log"
MARK_KEY: Final = "{revocations}:mark"
MOST_IN_ENTRY: Final = 1_000
