"""Addresses that a client may be registered with: none that a browser runs, none inside our own network."""

import pytest
from chassis.testing import bearer

DANGEROUS = [
    "javascript:alert(1)", "javascript://booking.test/%0aalert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x",
    "data://booking.test/", "vbscript:x", "file:///etc/passwd", "ftp://booking.test/", "blob:https://booking.test/x",
    "//booking.test/callback", "https:booking.test", "https:///callback", "https://", "https://user@booking.test/",
    "https://user:pass@booking.test/", "https://booking.test@evil.test/", "https://booking.test/#x",
    "https://booking.test/#", "https://bóoking.test/", "https://booking.test\\@evil.test/", "https://booking.test /",
    "https://booking.test:99999/", "https://booking.test:x/", "https://[::1/", "\thttps://booking.test/",
    "http://booking.test/", "http://127.0.0.1.evil.test/", "http://localhost.evil.test/", "https://a/" + "x" * 600,
]  # fmt: skip
INSIDE = [
    "https://10.0.0.1/bcl", "https://192.168.1.1/bcl", "https://169.254.169.254/latest/meta-data", "https://[::1]/bcl",
    "https://127.0.0.1/bcl", "http://127.0.0.1:8101/internal/revocations", "http://localhost/bcl", "https://localhost./",
    "https://[::ffff:10.0.0.1]/bcl", "https://[fe80::1]/bcl", "https://0.0.0.0/bcl",
]  # fmt: skip


async def registered(identity, operator, **fields):
    document = {
        "department": "HUZHENG", "name": "系统", "name_en": "System",
        "redirect_uris": ["https://booking.test/callback"], **fields,
    }  # fmt: skip
    return await identity.client.post("/api/identity/clients", json=document, headers=bearer(operator))


async def test_dangerous_addresses_are_refused_at_each_place(identity, operator):
    for uri in DANGEROUS:
        for field in ("redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri"):
            given = uri if field == "backchannel_logout_uri" else [uri]
            answer = await registered(identity, operator, **{field: given})
            assert answer.status_code == 422, (field, uri)
            assert answer.json()["errors"][0]["path"].startswith(f"/{field}"), (field, uri)


async def test_log_outs_are_told_to_nobody_inside(identity, operator):
    for uri in INSIDE:
        answer = await registered(identity, operator, backchannel_logout_uri=uri)
        assert answer.status_code == 422, uri
        (error,) = answer.json()["errors"]
        assert error["path"] == "/backchannel_logout_uri" and "CLIENT_NETWORKS" in str(error), uri


async def test_nor_by_a_change(identity, operator, party):
    answer = await identity.client.patch(
        f"/api/identity/clients/{party.client_id}",
        json={"version": 1, "backchannel_logout_uri": "https://10.0.0.1/bcl"},
        headers=bearer(operator),
    )
    assert answer.status_code == 422


async def test_a_closed_network_is_allowed_by_setting(start_identity, tmp_path, operator_of):
    identity = await start_identity(
        client_networks="10.20.0.0/16",
        demo_accounts_file=tmp_path / "d.json",
        demo_password="a demo password",
    )
    operator = await operator_of(identity, "a demo password")
    for uri, status in {"https://10.20.1.1/bcl": 201, "https://10.21.1.1/bcl": 422}.items():
        assert (await registered(identity, operator, backchannel_logout_uri=uri)).status_code == status


@pytest.fixture
def operator_of():
    async def logged_in(identity, password):
        answer = await identity.post("/sessions", {"badge_no": "OPERATOR-1", "password": password})
        return answer.json()["access_token"]

    return logged_in
