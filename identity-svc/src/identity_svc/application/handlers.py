"""The menu: what this service does, and for which job. What it hears of others stands in `consumers.py`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.jobs.job import JobHandler
from contracts.case import CaseAddressChanged, CasePaid, CaseSubmitted, CaseSupplemented, CaseWithdrawn
from contracts.courier import ShipmentAddressChanged, ShipmentClaimMoved, ShipmentSentAgain
from contracts.events import Event
from contracts.payment import OrderOpened, OrderPaid

from .change_officer import ChangeOfficer
from .change_password import ChangePassword
from .create_officer import CreateOfficer
from .deliver_code import DeliverCode
from .end_sessions import EndSessions
from .issue_service_token import IssueServiceToken
from .key_ring import KeyRing
from .log_in import LogIn
from .log_out import LogOut
from .mandates.ports import People
from .ports import AccessLog, Accounts, Messages, Officers, OrganisationStore, Revocations, Sessions
from .refresh_session import RefreshSession
from .register_account import RegisterAccount
from .request_code import DELIVER_CODE, RequestCode
from .rotate_keys import RotateKeys
from .strangers import TELL_HOLDER, TellHolder
from .sweep import Sweep
from .verify_real_name import VerifyRealName

ROTATE_KEYS = "identity.rotate_keys"
SWEEP = "identity.sweep"

ACTS: Final[dict[type[Event], str]] = {
    CaseSubmitted: "case_submitted",
    CaseSupplemented: "case_supplemented",
    CaseWithdrawn: "case_withdrawn",
    CasePaid: "case_paid",
    OrderOpened: "order_opened",
    OrderPaid: "postage_paid",
    CaseAddressChanged: "case_address_changed",
    ShipmentAddressChanged: "parcel_redirected",
    ShipmentSentAgain: "parcel_sent_again",
    ShipmentClaimMoved: "parcel_claimed",
}
"""Event → what `TellOfAct` calls it: what applicants do with their cases, or others for them."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What the routes may call: use cases, and the stores they list from."""

    request_code: RequestCode
    register_account: RegisterAccount
    verify_real_name: VerifyRealName
    log_in: LogIn
    refresh_session: RefreshSession
    log_out: LogOut
    end_sessions: EndSessions
    change_password: ChangePassword
    create_officer: CreateOfficer
    change_officer: ChangeOfficer
    issue_service_token: IssueServiceToken
    key_ring: KeyRing
    key_set_lifetime: timedelta
    access_token_lifetime: timedelta
    organisation: OrganisationStore
    accounts: Accounts
    access_log: AccessLog
    messages: Messages
    sessions: Sessions
    revocations: Revocations
    officers: Officers
    people: People


def jobs(
    deliver_code: DeliverCode, tell_holder: TellHolder, rotate_keys: RotateKeys, sweep: Sweep
) -> dict[str, JobHandler]:
    """Job → use case."""
    return {
        DELIVER_CODE: deliver_code,
        TELL_HOLDER: tell_holder,
        ROTATE_KEYS: rotate_keys,
        SWEEP: sweep,
    }
