"""Every route and every role: who passes the door. What lies behind it, other tests say."""

import re
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role
from fastapi.routing import APIRoute

APPLICANTS = {Role.CITIZEN, Role.COMPANY}
SWORN = {Role.OFFICER, Role.SUPERVISOR}
POLICE = SWORN | {Role.AUXILIARY}
MATRIX = {
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
    "GET /api/cases/{case_id}/views": APPLICANTS,
    "POST /api/cases/{case_id}/materials": APPLICANTS,
    "GET /api/cases/{case_id}/materials/{material_id}": APPLICANTS | POLICE,
    "DELETE /api/cases/{case_id}/materials/{material_id}": APPLICANTS,
    "POST /api/cases/{case_id}/submit": APPLICANTS,
    "POST /api/cases/{case_id}/supplements": APPLICANTS,
    "POST /api/cases/{case_id}/withdraw": APPLICANTS,
    "POST /api/cases/{case_id}/accept": SWORN,
    "POST /api/cases/{case_id}/reject": SWORN,
    "POST /api/cases/{case_id}/supplement-requests": SWORN,
    "POST /api/cases/{case_id}/decisions": SWORN,
    "POST /api/cases/{case_id}/produce": SWORN,
    "POST /api/cases/{case_id}/collect": POLICE,
    "GET /internal/cases/{case_id}/address": {Role.SERVICE},
    "GET /internal/cases/{case_id}/payment-reference": {Role.SERVICE},
}


def cases_routes(world) -> set[str]:
    routes = [route for router in world.service.routers for route in router.routes]
    return {
        f"{method} {route.path}"
        for route in routes
        if isinstance(route, APIRoute) and "cases" in route.path
        for method in route.methods
    }


def test_the_matrix_names_every_route(world) -> None:
    assert cases_routes(world) == set(MATRIX)


@pytest.mark.parametrize("route", sorted(MATRIX))
async def test_only_the_named_roles_pass(world, route) -> None:
    method, path = route.split(" ")
    path = re.sub(r"{case_no}", "XA261123-0000001", path)
    path = re.sub(r"{\w+}", str(uuid4()), path)
    for role in Role:
        post = {"unit": "XC-HUZHENG", "department": "HUZHENG", "rank": 2} if role in POLICE else {}
        headers = bearer(world.tokens.mint(uuid4(), (role,), ial=2, **post))
        if role is Role.SERVICE:
            headers = bearer(world.tokens.service("courier-svc"))
        answer = await world.client.request(
            method,
            path,
            headers={**headers, "Idempotency-Key": str(uuid4())},
            params={"direction": "to_applicant"},
        )
        passed = answer.status_code not in (401, 403)
        assert passed == (role in MATRIX[route]), (role, answer.status_code)
    keyed = {"Idempotency-Key": "k"}
    assert (await world.client.request(method, path, headers=keyed)).status_code == 401
