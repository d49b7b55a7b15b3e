"""Topic names: `<context>.<aggregate-plural>.v<major>`, one producer each."""

from typing import Final

IDENTITY_ACCOUNTS: Final = "identity.accounts.v1"
IDENTITY_ORGANISATION: Final = "identity.organisation.v1"
IDENTITY_SESSIONS: Final = "identity.sessions.v1"
CATALOG_ITEMS: Final = "catalog.items.v1"
CASE_CASES: Final = "case.cases.v1"
CASE_DAYS: Final = "case.days.v1"
PAYMENT_ORDERS: Final = "payment.orders.v1"
PAYMENT_RECEIPTS: Final = "payment.receipts.v1"
PAYMENT_DAYS: Final = "payment.days.v1"
COURIER_SHIPMENTS: Final = "courier.shipments.v1"
EVALUATION_REVIEWS: Final = "evaluation.reviews.v1"
EVALUATION_COMPLAINTS: Final = "evaluation.complaints.v1"

PRODUCERS: Final[dict[str, str]] = {
    IDENTITY_ACCOUNTS: "identity-svc",
    IDENTITY_ORGANISATION: "identity-svc",
    IDENTITY_SESSIONS: "identity-svc",
    CATALOG_ITEMS: "catalog-svc",
    CASE_CASES: "case-svc",
    CASE_DAYS: "case-svc",
    PAYMENT_ORDERS: "payment-svc",
    PAYMENT_RECEIPTS: "payment-svc",
    PAYMENT_DAYS: "payment-svc",
    COURIER_SHIPMENTS: "courier-svc",
    EVALUATION_REVIEWS: "evaluation-svc",
    EVALUATION_COMPLAINTS: "evaluation-svc",
}
