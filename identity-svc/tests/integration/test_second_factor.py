"""Officers log in by password and one-time code; recovery codes, trusted devices, and who takes them away."""

import asyncio
import time
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role
from identity_svc.domain.factors.totp import STEP_SECONDS, code_at

DEMO = "demo-password-of-the-tests"
BADGE = "XC-HUZHENG-1"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


class Authenticator:
    """What an officer's telephone does: a code once, then that of the next step."""

    def __init__(self, secret: str) -> None:
        import base64

        self._secret = base64.b32decode(secret.replace(" ", ""))
        self._last = int(time.time()) // STEP_SECONDS - 2

    def code(self) -> str:
        self._last = max(self._last + 1, int(time.time()) // STEP_SECONDS - 1)
        return code_at(self._last, self._secret)

    def same_again(self) -> str:
        return code_at(self._last, self._secret)

    def wrong(self) -> str:
        near = {code_at(self._last + off, self._secret) for off in range(-3, 5)}
        return next(
            code
            for code in ("000000", "111111", "222222", *map(str, range(333333, 333350)))
            if code not in near
        )


async def log_in(identity, badge=BADGE, password=DEMO, **more):
    return await identity.post("/sessions", {"badge_no": badge, "password": password, **more})


async def token_of(identity, badge=BADGE):
    return (await log_in(identity, badge)).json()["access_token"]


async def enrol(identity, token, password=DEMO):
    """The authenticator and the recovery codes."""
    proposed = await identity.post("/me/second-factor", {"current_password": password}, token)
    assert proposed.status_code == 201, proposed.text
    phone = Authenticator(proposed.json()["secret"])
    confirmed = await identity.post("/me/second-factor/confirmation", {"code": phone.code()}, token)
    assert confirmed.status_code == 200, confirmed.text
    await rewind(identity)
    return phone, confirmed.json()["recovery_codes"]


async def rewind(identity):
    """Time moves on: the step of the last code lies further back, and counts of tries are forgotten."""
    await identity.sql("UPDATE second_factor SET last_step = last_step - 10")
    await identity.forget_limits()


async def second_step(identity, challenge, **fields):
    return await identity.post("/sessions/second-factor", {"challenge": challenge, **fields})


async def challenged(identity, badge=BADGE, **more):
    answer = await log_in(identity, badge, **more)
    assert answer.status_code == 202 and answer.json()["second_factor_required"] is True, answer.text
    assert not {"access_token", "refresh_token"} & answer.json().keys()
    return answer.json()["challenge"]


async def test_with_an_authenticator_a_password_alone_opens_nothing(identity):
    phone, codes = await enrol(identity, await token_of(identity))
    assert len(codes) == 10
    challenge = await challenged(identity)
    assert (await identity.get("/me", challenge)).status_code == 401
    answer = await second_step(identity, challenge, code=phone.code())
    assert answer.status_code == 201 and answer.json()["roles"] == ["officer"]
    claims = (await identity.running.service.verifier.verify(answer.json()["access_token"])).claims
    assert claims.amr == ("pwd", "otp")


async def test_a_code_counts_once_even_in_the_same_moment(identity):
    phone, _ = await enrol(identity, await token_of(identity))
    challenges = [await challenged(identity) for _ in range(4)]
    code = phone.code()
    answers = await asyncio.gather(*(second_step(identity, one, code=code) for one in challenges))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    again = await second_step(identity, challenges[0], code=phone.same_again())
    assert (again.status_code, again.json()["type"]) == (401, "/problems/second-factor-refused")


async def test_a_recovery_code_opens_once_and_its_owner_is_told(identity):
    _, codes = await enrol(identity, await token_of(identity))
    answer = await second_step(identity, await challenged(identity), recovery_code=codes[0].lower())
    assert answer.status_code == 201
    token = answer.json()["access_token"]
    assert (await identity.get("/me/second-factor", token)).json()["recovery_codes_left"] == 9
    told = (await identity.get("/me/messages", token)).json()["items"]
    assert "recovery_code_used" in {message["kind"] for message in told}
    assert (
        await second_step(identity, await challenged(identity), recovery_code=codes[0])
    ).status_code == 401


async def test_new_recovery_codes_void_the_old_ones(identity):
    token = await token_of(identity)
    phone, codes = await enrol(identity, token)
    renewed = await identity.post("/me/second-factor/recovery-codes", {"code": phone.code()}, token)
    assert renewed.status_code == 200 and len(renewed.json()["recovery_codes"]) == 10
    assert (
        await second_step(identity, await challenged(identity), recovery_code=codes[0])
    ).status_code == 401
    fresh = renewed.json()["recovery_codes"][0]
    assert (await second_step(identity, await challenged(identity), recovery_code=fresh)).status_code == 201


async def test_secrets_and_codes_are_not_at_rest_in_clear(identity):
    _, codes = await enrol(identity, await token_of(identity))
    (row,) = await identity.sql("SELECT secret, proposed FROM second_factor")
    assert row["secret"][:1] == b"\x01" and row["proposed"] is None
    stored = await identity.sql("SELECT code_hash FROM recovery_code")
    assert all(code.replace("-", "").encode() not in row["code_hash"] for code in codes for row in stored)


async def test_a_trusted_device_spares_its_owner_the_code_until_it_is_removed(identity):
    phone, _ = await enrol(identity, await token_of(identity))
    passed = await second_step(
        identity, await challenged(identity), code=phone.code(), trust_device="一号窗口"
    )
    device = passed.json()["trusted_device"]
    trusted = await log_in(identity, trusted_device=device)
    assert trusted.status_code == 201
    token = trusted.json()["access_token"]
    claims = (await identity.running.service.verifier.verify(token)).claims
    assert claims.amr == ("pwd",)
    (listed,) = (await identity.get("/me/trusted-devices", token)).json()
    assert listed["name"] == "一号窗口" and listed["last_used_at"]
    path = f"/api/identity/me/trusted-devices/{listed['id']}"
    assert (await identity.client.delete(path, headers=bearer(token))).status_code == 204
    assert (await identity.client.delete(path, headers=bearer(token))).status_code == 404
    await challenged(identity, trusted_device=device)


async def test_a_device_is_trusted_for_one_officer_and_for_some_time(identity):
    phone, _ = await enrol(identity, await token_of(identity))
    await enrol(identity, await token_of(identity, "XC-HUZHENG-2"))
    passed = await second_step(identity, await challenged(identity), code=phone.code(), trust_device="x")
    device = passed.json()["trusted_device"]
    await challenged(identity, "XC-HUZHENG-2", trusted_device=device)
    assert (await log_in(identity, password="wrong password", trusted_device=device)).status_code == 401
    await identity.sql("UPDATE trusted_device SET expires_at = now()")
    await challenged(identity, trusted_device=device)
    for text in ("x", device[:-3] + "AAA", "口令"):
        await challenged(identity, trusted_device=text)


async def test_a_new_password_and_a_transfer_end_the_trust(identity):
    phone, _ = await enrol(identity, await token_of(identity))
    operator = await token_of(identity, "OPERATOR-1")

    async def trusted():
        await rewind(identity)
        return (
            await second_step(identity, await challenged(identity), code=phone.code(), trust_device="x")
        ).json()

    session = await trusted()
    everybody = (await identity.get("/officers", operator, unit="XC-HUZHENG")).json()["items"]
    me = next(one for one in everybody if one["badge_no"] == BADGE)
    moved = await identity.client.patch(
        f"/api/identity/officers/{me['officer_id']}",
        json={"version": me["version"], "unit": "BL-HUZHENG"},
        headers=bearer(operator),
    )
    assert moved.status_code == 200
    await challenged(identity, trusted_device=session["trusted_device"])
    session = await trusted()
    own = {"current_password": DEMO, "new_password": "another password of mine"}
    headers = bearer(session["access_token"])
    assert (await identity.client.put("/api/identity/password", json=own, headers=headers)).status_code == 204
    answer = await log_in(identity, password=own["new_password"], trusted_device=session["trusted_device"])
    assert answer.status_code == 202


async def test_a_new_password_ends_log_ins_under_way(identity):
    token = await token_of(identity)
    phone, _ = await enrol(identity, token)
    challenge = await challenged(identity)
    own = {"current_password": DEMO, "new_password": "another password of mine"}
    assert (
        await identity.client.put("/api/identity/password", json=own, headers=bearer(token))
    ).status_code == 204
    assert (await second_step(identity, challenge, code=phone.code())).status_code == 401


async def test_challenges_that_are_none_are_refused(identity):
    phone, _ = await enrol(identity, await token_of(identity))
    genuine = await challenged(identity)
    for challenge in ("x", "口令", "AAAA", genuine[:-8] + "AAAAAAAA"):
        assert (await second_step(identity, challenge, code=phone.same_again())).status_code == 401
    assert (await second_step(identity, genuine)).status_code == 422
    both = await second_step(identity, genuine, code="123456", recovery_code="x")
    assert both.status_code == 422


async def test_a_stranger_who_guesses_codes_locks_nobody_else_out(identity):
    phone, codes = await enrol(identity, await token_of(identity))
    challenge = await challenged(identity)
    async with identity.from_address("203.0.113.9") as stranger:
        statuses = [
            (
                await stranger.post(
                    "/api/identity/sessions/second-factor",
                    json={"challenge": challenge, "code": phone.wrong()},
                )
            ).status_code
            for _ in range(7)
        ]
    assert statuses == [401] * 5 + [429] * 2
    assert (await second_step(identity, challenge, code=phone.code())).status_code == 201
    for host in range(20):  # over all addresses guesses end too; a recovery code is no guess
        async with identity.from_address(f"198.51.100.{host}") as stranger:
            body = {"challenge": challenge, "code": phone.wrong()}
            last = await stranger.post("/api/identity/sessions/second-factor", json=body)
    assert last.status_code == 429
    assert (
        await second_step(identity, await challenged(identity), recovery_code=codes[3])
    ).status_code == 201


async def test_an_authenticator_is_added_only_by_who_knows_the_password(identity):
    token = await token_of(identity)
    refused = await identity.post("/me/second-factor", {"current_password": "not the password"}, token)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/factor-not-proven")
    none = await identity.post("/me/second-factor/confirmation", {"code": "123456"}, token)
    assert (none.status_code, none.json()["type"]) == (409, "/problems/second-factor-not-enrolled")
    proposed = await identity.post("/me/second-factor", {"current_password": DEMO}, token)
    assert "<svg" in proposed.json()["qr_svg"]
    phone = Authenticator(proposed.json()["secret"])
    wrong = await identity.post("/me/second-factor/confirmation", {"code": phone.wrong()}, token)
    assert wrong.status_code == 403
    assert (await log_in(identity)).status_code == 201  # nothing has changed yet
    await identity.sql("UPDATE second_factor SET proposed_until = now()")
    late = await identity.post("/me/second-factor/confirmation", {"code": phone.code()}, token)
    assert late.status_code == 409


async def test_an_authenticator_is_replaced_by_a_code_of_the_old_one(identity):
    token = await token_of(identity)
    old, codes = await enrol(identity, token)
    body = {"current_password": DEMO}
    assert (await identity.post("/me/second-factor", body, token)).status_code == 403
    proposed = await identity.post("/me/second-factor", {**body, "recovery_code": codes[0]}, token)
    assert proposed.status_code == 201
    assert (await second_step(identity, await challenged(identity), code=old.code())).status_code == 201
    new = Authenticator(proposed.json()["secret"])
    confirmed = await identity.post("/me/second-factor/confirmation", {"code": new.code()}, token)
    assert confirmed.status_code == 200
    await rewind(identity)
    assert (await second_step(identity, await challenged(identity), code=old.code())).status_code == 401
    assert (await second_step(identity, await challenged(identity), code=new.code())).status_code == 201


async def test_adding_one_ends_other_sessions_and_keeps_this_one(identity):
    other = (await log_in(identity)).json()
    mine = (await log_in(identity)).json()
    await enrol(identity, mine["access_token"])
    for session, status in ((other, 401), (mine, 200)):
        refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
        assert refreshed.status_code == status
    claims = (await identity.running.service.verifier.verify(refreshed.json()["access_token"])).claims
    assert claims.amr == ("pwd", "otp")


async def test_an_administrator_resets_a_lost_authenticator_and_its_owner_is_told(identity):
    session = (await log_in(identity)).json()
    await enrol(identity, session["access_token"])
    operator = await token_of(identity, "OPERATOR-1")
    me = (await identity.get("/me", session["access_token"])).json()["officer_id"]
    path = f"/api/identity/officers/{me}/second-factor"
    supervisor = await token_of(identity, "HUZHENG-S")
    assert (await identity.client.delete(path, headers=bearer(supervisor))).status_code == 403
    assert (await identity.client.delete(path, headers=bearer(operator))).status_code == 204
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refreshed.status_code == 401
    again = await log_in(identity)
    assert again.status_code == 201
    told = (await identity.get("/me/messages", again.json()["access_token"])).json()["items"]
    assert told[0]["kind"] == "second_factor_reset"
    assert (await identity.client.delete(path, headers=bearer(operator))).status_code == 409
    nobody = f"/api/identity/officers/{uuid4()}/second-factor"
    assert (await identity.client.delete(nobody, headers=bearer(operator))).status_code == 404
    own = (await identity.get("/me", operator)).json()["officer_id"]
    mine = f"/api/identity/officers/{own}/second-factor"
    assert (await identity.client.delete(mine, headers=bearer(operator))).status_code == 403


async def test_where_it_is_required_a_password_opens_nothing_but_the_enrolment(start_identity, tmp_path):
    identity = await start_identity(
        demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO, officer_second_factor="required"
    )
    session = (await log_in(identity, "OPERATOR-1")).json()
    assert session["second_factor_enrolment_required"] and session["roles"] == []
    assert not session["password_change_required"]
    token = session["access_token"]
    assert (await identity.get("/officers", token)).status_code == 403
    assert (await identity.get("/me/second-factor", token)).json()["required"]
    phone, _ = await enrol(identity, token)
    refreshed = (await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})).json()
    assert refreshed["roles"] == [Role.OPERATOR] and not refreshed["second_factor_enrolment_required"]
    assert (await identity.get("/officers", refreshed["access_token"])).status_code == 200
    assert (
        await second_step(identity, await challenged(identity, "OPERATOR-1"), code=phone.code())
    ).status_code == 201


async def test_people_have_no_authenticator_here(identity, phone):
    token = (await identity.register(phone))["session"]["access_token"]
    assert (await identity.get("/me/second-factor", token)).status_code == 404
    assert (await identity.get("/me/trusted-devices", token)).status_code == 403
