"""Every route and every role: who passes the door. What lies behind it, other tests say."""

from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

APPLICANTS = {Role.CITIZEN, Role.COMPANY}
SWORN = {Role.OFFICER, Role.SUPERVISOR}
POLICE = SWORN | {Role.AUXILIARY}
MATRIX = operations_of("case-svc") | {
    "GET /internal/people/{account_id}/export": {Role.SERVICE},
    "GET /internal/people/{account_id}/export/files/{file_id}": {Role.SERVICE},
    "GET /api/cases": APPLICANTS,
    "POST /api/cases": APPLICANTS,
    "GET /api/cases/queue": POLICE,
    "GET /api/cases/numbers/{case_no}": APPLICANTS | POLICE,
    "GET /api/cases/{case_id}": APPLICANTS | POLICE,
    "PATCH /api/cases/{case_id}": APPLICANTS,
    "DELETE /api/cases/{case_id}": APPLICANTS,
    "GET /api/cases/{case_id}/answers": APPLICANTS,
    "PUT /api/cases/{case_id}/answers": APPLICANTS,
    "PATCH /api/cases/{case_id}/answers": APPLICANTS,
    "PUT /api/cases/{case_id}/delivery-address": APPLICANTS,
    "POST /api/cases/{case_id}/item-version": APPLICANTS,
    "GET /api/cases/{case_id}/timeline": APPLICANTS | POLICE,
    "GET /api/cases/{case_id}/events": APPLICANTS | POLICE,
    "GET /api/cases/{case_id}/status": APPLICANTS | POLICE,
    "GET /api/cases/{case_id}/views": APPLICANTS,
    "POST /api/cases/{case_id}/materials": APPLICANTS,
    "GET /api/cases/{case_id}/materials/{material_id}": APPLICANTS | POLICE,
    "DELETE /api/cases/{case_id}/materials/{material_id}": APPLICANTS,
    "POST /api/cases/{case_id}/submit": APPLICANTS,
    "POST /api/cases/{case_id}/supplements": APPLICANTS,
    "POST /api/cases/{case_id}/withdraw": APPLICANTS,
    "GET /api/cases/exceptions": {Role.SUPERVISOR},
    "POST /api/cases/{case_id}/break-glass": SWORN,
    "POST /api/cases/numbers/{case_no}/break-glass": SWORN,
    "POST /api/cases/{case_id}/claim": SWORN,
    "POST /api/cases/{case_id}/release": SWORN,
    "POST /api/cases/{case_id}/accept": SWORN,
    "POST /api/cases/{case_id}/reject": SWORN,
    "POST /api/cases/{case_id}/supplement-requests": SWORN,
    "POST /api/cases/{case_id}/decisions": SWORN,
    "POST /api/cases/{case_id}/produce": SWORN,
    "POST /api/cases/{case_id}/collect": POLICE,
    "GET /api/documents": APPLICANTS,
    "GET /api/documents/{document_id}": APPLICANTS | POLICE,
    "GET /api/documents/{document_id}/pdf": APPLICANTS | POLICE,
    "POST /api/documents/{document_id}/revocation": SWORN,
    "GET /api/documents/verify/{code}": OPEN,
    "GET /verify": OPEN,
    "GET /verify/{code}": OPEN,
    "GET /internal/cases/{case_id}/address": {Role.SERVICE},
    "GET /internal/cases/{case_id}/payment-reference": {Role.SERVICE},
}
ASKERS = {"address": "courier-svc", "payment-reference": "payment-svc"}


def test_the_matrix_is_what_the_routes_say(world) -> None:
    assert doors(world.service) == MATRIX


async def test_only_the_named_roles_pass(world, subtests) -> None:
    for route, roles in MATRIX.items():
        with subtests.test(route):
            asker = world.tokens.service(ASKERS.get(route.rpartition("/")[2], "identity-svc"))
            tokens = callers(world.tokens) | {Role.SERVICE: asker}
            assert await passing(world.client, route, tokens) == expected(roles)
