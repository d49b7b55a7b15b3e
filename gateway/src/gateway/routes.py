"""The routing table: which prefix goes to which service, how long it may take, how much it may bring.

Paths go through as they are. What stands in no row is not there for the outside: `/internal` above all.
"""

from dataclasses import dataclass

KB = 1024
MB = 1024 * KB


@dataclass(frozen=True, slots=True)
class Route:
    """`timeout`: seconds of the service's silence, before its answer and in it; `body_limit` in bytes.

    `webhook`: partners sign their bytes and carry no token of ours. `log_in`: counted apart and strictly; a
    stale token sent along must not keep anyone from getting a new one. `dear`: costs the service so much that a caller
    may ask for it a few times a second only, as for large uploads on any route. `own_door`: what stands in
    `Authorization` is a client's secret, or a token that we gave for another audience; the service looks at it.
    `live`: callers stay, for news; they have connections of their own to the service, and leave when their token is
    revoked or we stop. A `*` in `prefix` stands for one segment; such a row is for exactly that path.
    """

    prefix: str
    service: str
    timeout: float = 15.0
    body_limit: int = 1 * MB
    webhook: bool = False
    log_in: bool = False
    dear: bool = False
    own_door: bool = False
    live: bool = False

    @property
    def checks_token(self) -> bool:
        return not (self.webhook or self.log_in or self.own_door)


ROUTES: tuple[Route, ...] = (
    Route("/api/identity/codes", "identity", log_in=True, body_limit=64 * KB),
    Route("/api/identity/sessions", "identity", log_in=True, body_limit=64 * KB),
    Route("/api/identity/accounts", "identity", log_in=True, body_limit=64 * KB),
    Route("/api/identity/ways", "identity", log_in=True, body_limit=64 * KB),
    Route("/api/identity/activations", "identity", log_in=True, body_limit=64 * KB),
    # Two thousand officers in one transaction.
    Route("/api/identity/officer-sheets", "identity", timeout=60.0, body_limit=2 * MB + 64 * KB),
    Route("/api/identity", "identity"),
    Route("/api/me/erasure", "identity", timeout=30.0, body_limit=64 * KB, dear=True),
    Route("/api/erasures", "identity", body_limit=64 * KB),
    Route("/api/me/exports", "identity", timeout=60.0, body_limit=64 * KB, dear=True),
    Route("/.well-known", "identity", body_limit=64 * KB),
    Route("/oidc", "identity", own_door=True, body_limit=64 * KB),
    Route("/login", "identity", log_in=True, body_limit=64 * KB),
    Route("/api/catalog", "catalog"),
    # Uploads of 10 MB, with room for the multipart envelope.
    Route("/api/cases", "case", timeout=60.0, body_limit=11 * MB),
    # The service says something each quarter of a minute.
    Route("/api/cases/*/events", "case", timeout=45.0, body_limit=1 * KB, live=True),
    Route("/api/cases/*/status", "case", timeout=45.0, body_limit=1 * KB, live=True),
    Route("/api/documents", "case", timeout=60.0),
    Route("/verify", "case", body_limit=64 * KB),
    Route("/api/payments", "payment", timeout=30.0),
    # Set anew each time.
    Route("/api/payments/receipts/*/pdf", "payment", timeout=30.0, body_limit=1 * KB, dear=True),
    Route("/receipts", "payment", body_limit=64 * KB),
    # Each look asks the bank.
    Route("/pay", "payment", body_limit=1 * KB, dear=True),
    Route("/api/shipments", "courier", timeout=30.0),
    Route("/api/couriers", "courier", timeout=60.0),
    Route("/api/partner/payments", "payment", body_limit=64 * KB),
    Route("/api/partner/parcels", "courier", body_limit=64 * KB),
    Route("/api/reviews", "evaluation"),
    Route("/api/evaluation", "evaluation", timeout=30.0),
    Route("/api/ops/identity-svc", "identity", body_limit=64 * KB),
    Route("/api/ops/catalog-svc", "catalog", body_limit=64 * KB),
    Route("/api/ops/case-svc", "case", body_limit=64 * KB),
    Route("/api/ops/payment-svc", "payment", body_limit=64 * KB),
    Route("/api/ops/courier-svc", "courier", body_limit=64 * KB),
    Route("/api/ops/evaluation-svc", "evaluation", body_limit=64 * KB),
    Route("/webhooks/payments", "payment", webhook=True, body_limit=256 * KB),
    Route("/webhooks/courier", "courier", webhook=True, body_limit=256 * KB),
)

SERVICES: tuple[str, ...] = ("identity", "catalog", "case", "payment", "courier", "evaluation")


class RoutingTable:
    """Finds the row of a path: by whole segments, the longest prefix first."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._by_prefix = {route.prefix: route for route in routes if "*" not in route.prefix}
        self._by_last = {route.prefix.rpartition("/")[2]: route for route in routes if "*" in route.prefix}
        self._depth = max(route.prefix.count("/") for route in routes)

    def find(self, path: str) -> Route | None:
        """The row for `path`, None for the gateway's own paths and for nothing at all."""
        exact = self._by_last.get(path[path.rfind("/") + 1 :])
        if exact is not None and _stands_for(exact.prefix, path):
            return exact
        segments = path.split("/", self._depth + 1)
        for length in range(min(len(segments), self._depth + 1), 1, -1):
            route = self._by_prefix.get("/".join(segments[:length]))
            if route is not None:
                return route
        return None


def _stands_for(pattern: str, path: str) -> bool:
    """Whether `path` is `pattern`, a `*` of which is any one segment."""
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        part == "*" or part == found for part, found in zip(wanted, given, strict=True)
    )
