"""Every route and every role: who passes the door. What lies behind it, other tests say."""

from chassis.testing import Running
from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

APPLICANTS = {Role.CITIZEN, Role.COMPANY}
SWORN = {Role.OFFICER, Role.SUPERVISOR}
MATRIX = operations_of("evaluation-svc") | {
    "GET /internal/people/{account_id}/export": {Role.SERVICE},
    "GET /internal/audit-heads": {Role.SERVICE},
    "POST /internal/audit-heads": {Role.SERVICE},
    "GET /api/reviews/levels": OPEN,
    "GET /api/reviews/invitations": APPLICANTS,
    "GET /api/reviews/mine": APPLICANTS,
    "POST /api/reviews": APPLICANTS,
    "GET /api/evaluation/statistics": OPEN,  # but of officers: test_statistics.py
    "GET /api/evaluation/batches": SWORN,
}


def test_the_matrix_is_what_the_routes_say(svc: Running) -> None:
    assert doors(svc.service) == MATRIX


async def test_only_the_named_roles_pass(svc: Running, subtests) -> None:
    for route, roles in MATRIX.items():
        with subtests.test(route):
            assert await passing(svc.client, route, callers(svc.tokens)) == expected(roles)
