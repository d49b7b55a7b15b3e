"""Every route and every role: who passes the door. What lies behind it, other tests say."""

from uuid import uuid4

from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

EVERYBODY = set(Role)
APPLICANTS = {Role.CITIZEN, Role.COMPANY}
OFFICERS_AND_STAFF = EVERYBODY - APPLICANTS - {Role.SERVICE}
POLICE = {Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR}
SUPERIORS = {Role.SUPERVISOR, Role.OPERATOR}
MATRIX = operations_of("identity-svc") | {
    "POST /api/me/exports": APPLICANTS,
    "GET /api/me/exports": APPLICANTS,
    "GET /api/me/exports/{export_id}": APPLICANTS,
    "GET /api/me/exports/{export_id}/download": APPLICANTS,
    "GET /internal/audit-heads": {Role.SERVICE},
    "POST /internal/audit-heads": {Role.SERVICE},
    "GET /.well-known/jwks.json": OPEN,
    "GET /api/identity/departments": OPEN,
    "GET /api/identity/branches": OPEN,
    "GET /api/identity/units": OPEN,
    "GET /api/identity/windows": OPEN,
    "POST /api/identity/codes": OPEN,
    "POST /api/identity/accounts": OPEN,
    "POST /api/identity/sessions": OPEN,
    "POST /api/identity/sessions/refresh": OPEN,
    "POST /api/identity/sessions/second-factor": OPEN,
    "POST /api/identity/sessions/wechat": OPEN,
    "POST /api/identity/sessions/vouched": OPEN,
    "POST /api/identity/sessions/qr": OPEN,
    "POST /api/identity/sessions/qr/{log_in_id}/news": OPEN,
    "POST /api/identity/qr-log-ins/scans": APPLICANTS,
    "POST /api/identity/qr-log-ins/{log_in_id}/confirm": APPLICANTS,
    "POST /api/identity/qr-log-ins/{log_in_id}/refuse": APPLICANTS,
    "POST /api/identity/face-checks": APPLICANTS,
    "POST /api/identity/face-checks/{check_id}/result": APPLICANTS,
    "POST /api/identity/sessions/link-codes": OPEN,
    "POST /api/identity/sessions/linked": OPEN,
    "GET /login/ways/{provider}": OPEN,
    "GET /login/vouched": OPEN,
    "POST /login/vouched": OPEN,
    "POST /login/vouched/code": OPEN,
    "POST /login/vouched/enter": OPEN,
    "GET /login/qr": OPEN,
    "POST /login/qr": OPEN,
    "GET /login/scan": OPEN,
    "GET /login/face": OPEN,
    "GET /login/face/back": OPEN,
    "POST /login/face/result": OPEN,
    "POST /login/scan/confirm": OPEN,
    "POST /login/scan/refuse": OPEN,
    "GET /api/identity/ways": OPEN,
    "GET /api/identity/ways/{provider}/start": OPEN,
    "GET /api/identity/ways/{provider}/return": OPEN,
    "GET /api/identity/me/links": APPLICANTS,
    "POST /api/identity/me/links": APPLICANTS,
    "DELETE /api/identity/me/links/{link_id}": APPLICANTS,
    "DELETE /api/identity/sessions/current": EVERYBODY,
    "GET /api/identity/me": EVERYBODY,
    "GET /api/identity/me/sessions": EVERYBODY - {Role.SERVICE},
    "PATCH /api/identity/me/sessions/{session_id}": EVERYBODY - {Role.SERVICE},
    "DELETE /api/identity/me/sessions/{session_id}": EVERYBODY - {Role.SERVICE},
    "DELETE /api/identity/me/sessions": EVERYBODY - {Role.SERVICE},
    "GET /api/identity/me/messages": EVERYBODY - {Role.SERVICE},
    "GET /api/identity/me/messages/unread": EVERYBODY - {Role.SERVICE},
    "PUT /api/identity/me/messages/read": EVERYBODY - {Role.SERVICE},
    "GET /api/identity/me/assurance": APPLICANTS,
    "POST /api/identity/window-checks": {Role.OFFICER},
    "GET /api/identity/me/second-factor": EVERYBODY,
    "POST /api/identity/me/second-factor": EVERYBODY,
    "POST /api/identity/me/second-factor/confirmation": EVERYBODY,
    "POST /api/identity/me/second-factor/recovery-codes": OFFICERS_AND_STAFF,
    "GET /api/identity/me/trusted-devices": OFFICERS_AND_STAFF,
    "DELETE /api/identity/me/trusted-devices/{device_id}": OFFICERS_AND_STAFF,
    "DELETE /api/identity/officers/{officer_id}/second-factor": {Role.OPERATOR},
    "GET /api/identity/mandates": APPLICANTS,
    "POST /api/identity/mandates": APPLICANTS,
    "GET /api/identity/mandates/{mandate_id}": APPLICANTS,
    "POST /api/identity/mandates/{mandate_id}/accept": APPLICANTS,
    "POST /api/identity/mandates/{mandate_id}/decline": APPLICANTS,
    "POST /api/identity/mandates/{mandate_id}/revoke": APPLICANTS,
    "POST /api/identity/wards": APPLICANTS,
    "POST /api/identity/window-wards": {Role.OFFICER},
    "POST /api/identity/acting": APPLICANTS,
    "GET /api/identity/me/scopes": POLICE,
    "GET /api/identity/me/duty": POLICE,
    "GET /api/identity/duty": POLICE | {Role.OPERATOR},
    "POST /api/identity/duty": SUPERIORS,
    "POST /api/identity/duty/sheet": SUPERIORS,
    "DELETE /api/identity/duty/{shift_id}": SUPERIORS,
    "GET /internal/duty": {Role.SERVICE},
    "GET /api/identity/officers/{officer_id}/scopes": SUPERIORS,
    "POST /api/identity/officers/{officer_id}/scopes": SUPERIORS,
    "DELETE /api/identity/officers/{officer_id}/scopes/{scope_id}": SUPERIORS,
    "PUT /api/identity/password": EVERYBODY,
    "GET /api/identity/me/views": APPLICANTS,
    "POST /api/identity/real-name": APPLICANTS,
    "GET /api/identity/officers": SUPERIORS,
    "GET /api/identity/officers/{officer_id}": SUPERIORS,
    "PATCH /api/identity/officers/{officer_id}": SUPERIORS,
    "POST /api/identity/officers": {Role.OPERATOR},
    "POST /api/identity/officers/{officer_id}/activation-code": {Role.OPERATOR},
    "POST /api/identity/activations": OPEN,
    "GET /api/identity/officer-sheets/template": SUPERIORS,
    "POST /api/identity/officer-sheets": SUPERIORS,
    "POST /internal/service-tokens": OPEN,
    "GET /internal/revocations": OPEN,
    "GET /internal/accounts/{account_id}": {Role.SERVICE},
}
# Doors of browsers and of departments' systems: they know nothing of our roles, and ask for cookies, forms or secrets.
OTHER_DOORS = {
    "GET /.well-known/openid-configuration": OPEN,
    "GET /.well-known/oauth-authorization-server": OPEN,
    "GET /oidc/authorize": OPEN,
    "POST /oidc/authorize": OPEN,
    "POST /oidc/token": OPEN,
    "GET /oidc/userinfo": OPEN,
    "POST /oidc/userinfo": OPEN,
    "POST /oidc/introspect": OPEN,
    "POST /oidc/revoke": OPEN,
    "GET /oidc/logout": OPEN,
    "POST /oidc/logout": OPEN,
    "POST /oidc/logout/confirmed": OPEN,
    "GET /login": OPEN,
    "GET /login/continue": OPEN,
    "POST /login/password": OPEN,
    "POST /login/officer": OPEN,
    "POST /login/officer/code": OPEN,
    "POST /login/code": OPEN,
    "POST /login/code/enter": OPEN,
    "POST /login/register": OPEN,
    "GET /login/choose": OPEN,
    "POST /login/choose": OPEN,
    "GET /login/consent": OPEN,
    "POST /login/consent": OPEN,
    "POST /login/cancel": OPEN,
    "GET /login/level": OPEN,
    "POST /login/level/real-name": OPEN,
}
MATRIX |= OTHER_DOORS | {
    "GET /api/identity/clients": {Role.OPERATOR},
    "POST /api/identity/clients": {Role.OPERATOR},
    "GET /api/identity/clients/{client_id}": {Role.OPERATOR},
    "PATCH /api/identity/clients/{client_id}": {Role.OPERATOR},
    "POST /api/identity/clients/{client_id}/secret": {Role.OPERATOR},
    "GET /api/identity/me/consents": EVERYBODY - {Role.SERVICE},
    "DELETE /api/identity/me/consents/{client_id}": EVERYBODY - {Role.SERVICE},
}
# A service has no account and no session: it passes the door and finds nothing behind it.
NOT_FOR_SERVICES = {"GET /api/identity/me", "DELETE /api/identity/sessions/current"}


async def test_the_matrix_is_what_the_routes_say(identity) -> None:
    assert doors(identity.running.service) == MATRIX


async def test_only_the_named_roles_pass(identity, subtests) -> None:
    tokens, verifier = identity.running.tokens, identity.running.service.verifier
    verifier._fetch_keys, verifier._keys = tokens.key_set, None  # this service alone verifies with its own
    for route, roles in MATRIX.items():
        if route in OTHER_DOORS:
            continue
        with subtests.test(route):
            passed = await passing(identity.client, route, callers(tokens, sid=str(uuid4())))
            assert passed == expected(roles) - ({Role.SERVICE} if route in NOT_FOR_SERVICES else set())
