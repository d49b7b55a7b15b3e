"""CCB, put together."""

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer, Office
from ..acquirer.books import AcquirerBooks
from ..keys import KeyRing
from ..open_edge import OpenEdge
from ..settings import PartnersSettings
from .counter import CcbCounters, Counter
from .notices import CcbDialect, CcbSender, SignedReturn


class Ccb:
    def __init__(self, settings: PartnersSettings, keys: KeyRing, office: Office) -> None:
        counters = [
            Counter(settings.ccb_merchant, settings.ccb_treasury_pos, settings.ccb_branch, "treasury"),
            Counter(settings.ccb_merchant, settings.ccb_postal_pos, settings.ccb_branch, "postal"),
        ]
        key = keys.rsa_private("ccb")
        branch_of = {counter.pos: counter.branch for counter in counters}
        payee_of = {counter.pos: counter.payee for counter in counters}

        def our_base() -> str:
            return settings.push_url or settings.client_url

        back = SignedReturn(key, branch_of, payee_of, our_base)
        self.acquirer = Acquirer.open("ccb", office, CcbDialect(branch_of), back)
        self.sender = CcbSender(key, office.board)
        self._edge = OpenEdge("ccb", office.board, settings.public_url)
        self._counters = CcbCounters(
            counters,
            key,
            keys.secret("ccb").decode(),
            self.acquirer,
            AcquirerBooks(office.books, "ccb"),
            our_base,
        )

    def routes(self) -> list[Route]:
        return [
            self._edge.route("GET", "/ccb/main", self._counters.page),
            self._edge.route("POST", "/ccb/interface", self._counters.interface),
            self._edge.route("GET", "/ccb/bills/{token}", self._counters.bills.file),
        ]
