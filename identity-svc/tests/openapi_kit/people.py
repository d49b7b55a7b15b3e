"""The demonstration's people, who really log in: the tokens are the service's own."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from chassis.clock import now
from chassis.testing.fuzzing import Held
from contracts.tokens import Role
from identity_svc.domain.demo import CITIZEN, REPRESENTATIVE

PASSWORD = "demo-password-of-the-tests"
SERVICE = {"service": "case-svc", "secret": "the-secret-of-case-svc"}
BADGES = {
    Role.OFFICER: "XC-HUZHENG-2",
    Role.AUXILIARY: "XC-HUZHENG-AUX",
    Role.SUPERVISOR: "HUZHENG-S",
    Role.OPERATOR: "OPERATOR-1",
    Role.CATALOG_EDITOR: "CATALOG-1",
    Role.PARTNER: "PARTNER-BANK",
}
UNTIL = (now() + timedelta(days=9)).date().isoformat()


def everybody_logs_in(held: Held, client: httpx2.Client) -> dict[Role, dict[str, Any]]:
    """Puts an access token of each role among the callers; the sessions."""
    logins: dict[Role, dict[str, str]] = {role: {"badge_no": badge} for role, badge in BADGES.items()}
    logins |= {Role.CITIZEN: {"phone": CITIZEN.phone}, Role.COMPANY: {"phone": REPRESENTATIVE.phone}}
    sessions = {}
    for role, login in logins.items():
        answer = client.post("/sessions", json={**login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        sessions[role] = answer.json()
    held.callers = {role: session["access_token"] for role, session in sessions.items()}
    token = httpx2.post(f"{held.url}/internal/service-tokens", json=SERVICE).json()
    held.callers[Role.SERVICE] = token["access_token"]
    return sessions


def citizen_id(held: Held) -> UUID:
    token = held.callers[Role.CITIZEN]
    return held.do(held.running.service.verifier.verify(token)).account_id


def newcomer(held: Held, client: httpx2.Client, partners: httpx2.Client, phone: str) -> dict[str, Any]:
    """Somebody who was sent a code to register with."""
    sent = client.post("/codes", json={"phone": phone, "purpose": "register"})
    assert sent.status_code == 202, sent.text
    held.do(held.running.run_jobs())
    (message,) = partners.get(f"/control/sms/{phone}").json()["messages"]
    ticket = sent.json()["code_ticket"]
    return {"phone": phone, "code": message["params"]["code"], "code_ticket": ticket}
