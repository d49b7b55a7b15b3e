"""Accounts, sessions, officers and departments' systems: what their operations are called with."""

from collections.abc import Callable
from typing import Any

import httpx2
from chassis.testing import bearer
from chassis.testing.fuzzing import Held
from contracts.tokens import Role
from identity_svc.domain.demo import CITIZEN

from .people import BADGES, PASSWORD, SERVICE, citizen_id, everybody_logs_in, newcomer
from .rights import agreed

CLIENT = {
    "department": "HUZHENG",
    "name": "户籍预约系统",
    "name_en": "Household appointments",
    "redirect_uris": ["https://booking.example.gov.cn/callback"],
}


def log_in_and_know(held: Held, client: httpx2.Client) -> dict[Role, dict[str, Any]]:
    """The sessions of those who call. What is known by name is told to `held`: parameters of many operations."""
    second = everybody_logs_in(held, client)
    sessions = everybody_logs_in(held, client)
    operator = bearer(held.callers[Role.OPERATOR])
    officers = client.get("/officers?limit=60", headers=operator).json()["items"]
    client_id = client.post("/clients", json=CLIENT, headers=operator).json()["client"]["client_id"]
    held.do(agreed(held, client_id))
    held.known |= {
        "account_id": [str(citizen_id(held))],
        "officer_id": [one["officer_id"] for one in officers if one["badge_no"] not in BADGES.values()],
        "version": [1],
        "client_id": [client_id],
        # In the order in which those roles take turns.
        "session_id": [second[role]["session_id"] for role in sorted(second)],
    }
    return sessions


def known_accounts(
    held: Held,
    client: httpx2.Client,
    partners: httpx2.Client,
    another_phone: Callable[[], str],
    sessions: dict[Role, dict[str, Any]],
) -> dict[str, dict[str, list[Any]]]:
    """By operation and parameter."""
    newcomers = [newcomer(held, client, partners, another_phone()) for _ in range(12)]
    bodies: dict[str, list[Any]] = {
        "POST /api/identity/codes": [{"phone": another_phone(), "purpose": "login"} for _ in range(9)],
        "POST /api/identity/accounts": newcomers,
        "POST /api/identity/real-name": [{"name": CITIZEN.name, "id_number": CITIZEN.id_number}],
        "POST /api/identity/sessions": [{"badge_no": BADGES[Role.OFFICER], "password": PASSWORD}],
        "POST /api/identity/sessions/refresh": [
            {"refresh_token": one["refresh_token"]} for one in sessions.values()
        ],
        "PUT /api/identity/password": [{"current_password": PASSWORD, "new_password": "a new password for it"}],
        "POST /api/identity/window-checks": [
            {"phone": CITIZEN.phone, "name": CITIZEN.name, "id_number": CITIZEN.id_number, "window": "W-XC-01"}
        ],
        "POST /api/identity/officers": [
            {"badge_no": f"NEW-{number}", "name": "赵一鸣", "rank": 1, "unit": "XC-HUZHENG", "roles": ["officer"]}
            for number in range(9)
        ],
        "PATCH /api/identity/officers/{officer_id}": [{"version": 1, "active": False}],
        "POST /api/identity/clients": [CLIENT],
        "PATCH /api/identity/clients/{client_id}": [{"version": 1, "minimum_level": 2}],
        "POST /api/identity/clients/{client_id}/secret": [{"old_valid_hours": 1}],
        "POST /internal/service-tokens": [SERVICE],
        "POST /internal/audit-heads": [
            {"service": SERVICE["service"], "number": 1, "hash": "ab" * 32, "rows": 1, "signature": "",
             "sealed_at": "2026-11-28T00:00:00Z"}
        ],
    }  # fmt: skip
    return {label: {"body": known} for label, known in bodies.items()}
