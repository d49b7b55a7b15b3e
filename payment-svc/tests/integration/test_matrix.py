"""Every route and every role: who passes the door. What lies behind it, test_access.py says."""

from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

APPLICANTS = {Role.CITIZEN, Role.COMPANY}
POLICE = {Role.OFFICER, Role.SUPERVISOR, Role.AUXILIARY}
OPERATOR = {Role.OPERATOR}
MATRIX = operations_of("payment-svc") | {
    "GET /internal/people/{account_id}/export": {Role.SERVICE},
    "GET /api/payments/orders": APPLICANTS | POLICE | OPERATOR,
    "GET /api/payments/orders/{order_id}": APPLICANTS | POLICE | OPERATOR,
    "POST /api/payments/orders/{order_id}/attempts": APPLICANTS,
    "POST /api/payments/orders/{order_id}/check": APPLICANTS | POLICE | OPERATOR,
    "POST /api/payments/cases/{case_id}/orders": APPLICANTS,
    "GET /api/payments/refunds": APPLICANTS | {Role.SUPERVISOR} | OPERATOR,
    "GET /api/payments/anomalies": OPERATOR,
    "POST /api/payments/anomalies/{capture_id}/refund": OPERATOR,
    "GET /api/payments/balances": OPERATOR,
    "POST /webhooks/bank": OPEN,
}
BY_SIGNATURE = "POST /webhooks/bank"


def test_the_matrix_is_what_the_routes_say(payments) -> None:
    assert doors(payments.svc.service) == MATRIX


async def test_only_the_named_roles_pass(payments, subtests) -> None:
    for route, roles in MATRIX.items():
        with subtests.test(route):
            passed = await passing(payments.svc.client, route, callers(payments.tokens))
            assert passed == (set() if route == BY_SIGNATURE else expected(roles))
