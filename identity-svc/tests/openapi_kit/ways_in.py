"""Strangers from WeChat, computers that show a code, and faces to be checked."""

from collections.abc import Callable
from typing import Any

import httpx2
from chassis.testing import bearer
from chassis.testing.fuzzing import Held
from contracts.tokens import Role


def known_ways_in(
    held: Held, client: httpx2.Client, partners: httpx2.Client, another_phone: Callable[[], str]
) -> dict[str, dict[str, list[Any]]]:
    """By operation and parameter."""
    strangers = [stranger(client, partners, another_phone()) for _ in range(36)]
    link_id = a_link(held, client, strangers.pop())
    computers = [computer(held, client, scanned=number > 6) for number in range(24)]
    face_checks = [face_check(held, client) for _ in range(2)]
    held.do(held.running.service.pool.execute("UPDATE qr_log_in SET expires_at = now() + interval '1 hour'"))
    bodies = {
        "POST /api/identity/sessions/wechat": [{"js_code": one["js_code"]} for one in strangers[:12]],
        "POST /api/identity/qr-log-ins/scans": [{"code": one["code"]} for one in computers[1:7]],
        "POST /api/identity/face-checks": [{"return_to": "/me"}],
        "POST /api/identity/sessions/vouched": [{"ticket": one["ticket"]} for one in strangers[:3]],
        "POST /api/identity/sessions/link-codes": [
            {"ticket": one["ticket"], "phone": one["phone"]} for one in strangers[12:18]
        ],
        "POST /api/identity/sessions/linked": [
            {"ticket": one["ticket"], "wechat_phone_code": one["phone_code"]} for one in strangers[18:27]
        ],
        "POST /api/identity/me/links": [{"ticket": one["ticket"]} for one in strangers[27:]],
    }
    return {label: {"body": known} for label, known in bodies.items()} | {
        "DELETE /api/identity/me/links/{link_id}": {"link_id": [link_id]},
        "POST /api/identity/face-checks/{check_id}/result": {"check_id": face_checks},
        "POST /api/identity/sessions/qr/{log_in_id}/news": {
            "log_in_id": [computers[0]["id"]],
            "body": [{"secret": computers[0]["secret"]}],
        },
        "POST /api/identity/qr-log-ins/{log_in_id}/confirm": {
            "log_in_id": [one["id"] for one in computers[7:16]]
        },
        "POST /api/identity/qr-log-ins/{log_in_id}/refuse": {
            "log_in_id": [one["id"] for one in computers[16:]]
        },
    }


def stranger(client: httpx2.Client, partners: httpx2.Client, phone: str) -> dict[str, str]:
    """A WeChat user whom nobody knows: a ticket, and codes that are not used yet."""
    user = partners.post("/control/wechat/users", json={"phone": phone}).json()
    path = f"/control/wechat/users/{user['user_id']}/codes"
    used, js_code = [partners.post(path, json={}).json()["code"] for _ in range(2)]
    ticket = client.post("/sessions/wechat", json={"js_code": used}).json()["ticket"]
    phone_code = partners.post(path, json={"kind": "phone"}).json()["code"]
    return {"ticket": ticket, "js_code": js_code, "phone": phone, "phone_code": phone_code}


def a_link(held: Held, client: httpx2.Client, somebody: dict[str, str]) -> str:
    """The id of one that the citizen has."""
    citizen = bearer(held.callers[Role.CITIZEN])
    answer = client.post("/me/links", json={"ticket": somebody["ticket"]}, headers=citizen)
    assert answer.status_code == 204, answer.text
    return client.get("/me/links", headers=citizen).json()["links"][0]["id"]


def computer(held: Held, client: httpx2.Client, *, scanned: bool) -> dict[str, str]:
    """One that shows a code to log in by, which the citizen's phone perhaps scanned."""
    shown = client.post("/sessions/qr").json()
    code = shown["scan_url"].rpartition("=")[2]
    if scanned:
        citizen = bearer(held.callers[Role.CITIZEN])
        assert client.post("/qr-log-ins/scans", json={"code": code}, headers=citizen).status_code == 200
    return {"id": shown["id"], "secret": shown["secret"], "code": code}


def face_check(held: Held, client: httpx2.Client) -> str:
    """The id of one that the citizen began."""
    answer = client.post("/face-checks", json={}, headers=bearer(held.callers[Role.CITIZEN]))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
