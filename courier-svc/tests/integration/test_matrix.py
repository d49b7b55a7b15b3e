"""Every route and every role: who passes the door. What lies behind it, other tests say."""

from chassis.testing import Running
from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

APPLICANTS = {Role.CITIZEN, Role.COMPANY}
SWORN = {Role.OFFICER, Role.SUPERVISOR}
POLICE = SWORN | {Role.AUXILIARY}
MATRIX = operations_of("courier-svc") | {
    "GET /internal/people/{account_id}/export": {Role.SERVICE},
    "GET /api/shipments": APPLICANTS | POLICE,
    "GET /api/shipments/{shipment_id}": APPLICANTS | POLICE,
    "POST /api/shipments/{shipment_id}/resend": APPLICANTS | SWORN,
    "PUT /api/shipments/{shipment_id}/address": APPLICANTS,
    "POST /webhooks/courier": OPEN,
}
BY_SIGNATURE = "POST /webhooks/courier"


def test_the_matrix_is_what_the_routes_say(svc: Running) -> None:
    assert doors(svc.service) == MATRIX


async def test_only_the_named_roles_pass(svc: Running, subtests) -> None:
    for route, roles in MATRIX.items():
        with subtests.test(route):
            passed = await passing(svc.client, route, callers(svc.tokens))
            assert passed == (set() if route == BY_SIGNATURE else expected(roles))
