"""The end of an account: blocked, cancelled, or carried out to a report; whatever is repeated, raced or killed."""

from typing import Any
from uuid import UUID

import pytest
from chassis.people import Blocker, ErasureReport, Outcome
from chassis.testing import bearer
from identity_svc.application.people.ports import PartMissing
from identity_svc.domain.people.export import PARTS

PATH = "/api/me/erasure"
JOB = "identity.erase_account"
OPEN_CASE = Blocker(code="case-open", zh="办件 A1 尚未办结。", en="Case A1 is open.")


class Elsewhere:
    """Another service: `blocked` by something, `done` once it heard, or silent."""

    def __init__(self) -> None:
        self.blocked: list[Blocker] = []
        self.silent, self.done = False, False

    async def blockers(self, account_id: UUID) -> list[Blocker]:
        if self.silent:
            raise PartMissing
        return self.blocked

    async def erasure(self, account_id: UUID) -> ErasureReport:
        if self.silent:
            raise PartMissing
        line = Outcome(what="办件", what_en="Cases", outcome="kept", count=2, why="法定", why_en="by law")
        return ErasureReport(done=self.done, outcomes=[line])


@pytest.fixture
def elsewhere(identity) -> dict[str, Elsewhere]:
    parts = {name: Elsewhere() for name in PARTS if name != "identity-svc"}
    asked = identity.running.service.state.erasure.request._parts
    asked._sources.update(parts)
    return parts


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


async def asked(identity, token: str) -> dict[str, Any]:
    answer = await identity.client.post(PATH, headers=bearer(token))
    assert answer.status_code == 202, answer.text
    return answer.json()


async def runs(identity, times: int = 1) -> None:
    for _ in range(times):
        await identity.sql("UPDATE job SET run_at = now() WHERE kind = $1", JOB)
        await identity.running.run_jobs()


async def state(identity) -> str:
    return (await identity.sql("SELECT state FROM erasure ORDER BY id DESC LIMIT 1"))[0]["state"]


async def events(identity) -> list[str]:
    return [event.TYPE for event in await identity.running.emitted()]


async def test_an_account_goes_and_its_report_stays(identity, elsewhere, session, phone, id_number):
    token = session["access_token"]
    person = {"name": "欧阳小明", "id_number": id_number}
    assert (await identity.post("/real-name", person, token)).status_code == 200
    made = await asked(identity, token)
    await runs(identity)
    assert await state(identity) == "closing"
    await runs(identity)
    assert await state(identity) == "erasing"
    assert (await events(identity)).count("identity.account.erased") == 1
    for part in elsewhere.values():
        part.done = True
    await runs(identity)
    report = (await identity.client.get(f"/api/erasures/{made['receipt']}")).json()
    assert report["state"] == "done" and [part["part"] for part in report["parts"]] == list(PARTS)
    own = next(part for part in report["parts"] if part["part"] == "identity-svc")
    assert any(line["outcome"] == "erased" and "手机号" in line["what"] for line in own["outcomes"])
    assert any(line["outcome"] == "kept" and line["why"] and line["until"] for line in own["outcomes"])
    page = await identity.client.get(made["report_url"])
    assert "不在本报告之内" in page.text, "partners hold data of their own"
    assert (
        page.headers["cache-control"] == "no-store" and "sha256-" in page.headers["content-security-policy"]
    )
    assert "账号注销报告" in page.text and "欧阳小明" not in page.text and phone not in page.text
    (row,) = await identity.sql("SELECT * FROM account WHERE erased_at IS NOT NULL")
    empty = ("phone_hash", "id_hash", "password_hash", "company_name", "uscc")
    assert {row[name] for name in empty} == {None} and row["ial"] == 0
    for table, owner in (("message", "recipient_id"), ("session", "account_id"), ("assurance", "account_id")):
        assert await identity.sql(f"SELECT FROM {table} WHERE {owner} = $1", row["id"]) == []
    await identity.forget_limits()
    again = (await identity.register(phone))["session"]["access_token"]
    assert (await identity.post("/real-name", person, again)).status_code == 200


async def test_others_hear_that_it_is_gone(identity, elsewhere, session):
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    (row,) = await identity.sql("SELECT id FROM account WHERE erased_at IS NOT NULL")
    given = await identity.client.post(
        "/internal/service-tokens", json={"service": "case-svc", "secret": "the-secret-of-case-svc"}
    )
    token = given.json()["access_token"]
    answer = await identity.client.get(f"/internal/accounts/{row['id']}", headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/account-erased")
    assert await identity.sql("SELECT FROM access_log") == [], "nobody was seen"


async def test_what_stands_in_the_way_is_said_before_anything_happens(identity, elsewhere, session):
    elsewhere["case-svc"].blocked = [OPEN_CASE]
    token = session["access_token"]
    preview = (await identity.client.get(f"{PATH}/preview", headers=bearer(token))).json()
    assert [blocker["code"] for blocker in preview["blockers"]] == ["case-open"]
    answer = await identity.client.post(PATH, headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/erasure-blocked")
    assert "A1" in answer.json()["detail"]
    assert await identity.sql("SELECT FROM erasure") == []


async def test_a_preview_changes_nothing(identity, elsewhere, session):
    token = session["access_token"]
    preview = await identity.client.get(f"{PATH}/preview", headers=bearer(token))
    assert preview.status_code == 200 and {part["part"] for part in preview.json()["parts"]} == set(PARTS)
    assert (await identity.get("/me", token)).status_code == 200
    assert await identity.sql("SELECT FROM account WHERE erased_at IS NOT NULL") == []
    assert len(await identity.sql("SELECT FROM session")) == 1


async def test_nothing_is_begun_while_a_service_is_silent(identity, elsewhere, session):
    elsewhere["payment-svc"].silent = True
    token = session["access_token"]
    answer = await identity.client.post(PATH, headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/erasure-unavailable")
    elsewhere["payment-svc"].silent = False
    await asked(identity, token)
    elsewhere["payment-svc"].silent = True
    await runs(identity, 2)
    assert await state(identity) == "waiting"


async def test_an_old_log_in_does_not_suffice(identity, elsewhere, session):
    await identity.sql("UPDATE session SET authenticated_at = now() - interval '10 minutes'")
    body = {"refresh_token": session["refresh_token"]}
    token = (await identity.post("/sessions/refresh", body)).json()["access_token"]
    answer = await identity.client.post(PATH, headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/reauthentication-needed")


async def test_cancelled_it_never_comes(identity, elsewhere, session):
    token = session["access_token"]
    await asked(identity, token)
    again = await identity.client.post(PATH, headers=bearer(token))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/erasure-under-way")
    answer = await identity.client.post(f"{PATH}/cancel", headers=bearer(token))
    assert answer.json()["state"] == "cancelled"
    await runs(identity, 2)
    assert await state(identity) == "cancelled"
    assert (await identity.get("/me", token)).status_code == 200
    twice = await identity.client.post(f"{PATH}/cancel", headers=bearer(token))
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/erasure-begun")
    await asked(identity, token)


async def test_whoever_cancels_while_the_job_asks_has_it(identity, elsewhere, session, monkeypatch):
    token = session["access_token"]
    await asked(identity, token)
    source = elsewhere["case-svc"]

    async def cancels_meanwhile(account_id):
        monkeypatch.undo()
        assert (await identity.client.post(f"{PATH}/cancel", headers=bearer(token))).status_code == 200
        return []

    monkeypatch.setattr(source, "blockers", cancels_meanwhile)
    await runs(identity, 2)
    assert await state(identity) == "cancelled"
    assert await identity.sql("SELECT FROM account WHERE closed_at IS NOT NULL") == []


async def test_after_the_job_began_nobody_cancels_or_logs_in(identity, elsewhere, session, phone):
    token = session["access_token"]
    await asked(identity, token)
    await runs(identity)
    answer = await identity.client.post(f"{PATH}/cancel", headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/erasure-begun")
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refreshed.status_code == 401
    await identity.forget_limits()
    entered = await identity.post("/sessions", {"phone": phone, **await identity.proof(phone, "login")})
    assert (entered.status_code, entered.json()["type"]) == (403, "/problems/account-closed")


async def test_a_new_application_in_its_last_moment_stops_it(identity, elsewhere, session, phone):
    await asked(identity, session["access_token"])
    await runs(identity)
    elsewhere["case-svc"].blocked = [OPEN_CASE]
    await runs(identity)
    assert await state(identity) == "stopped"
    assert await identity.sql("SELECT FROM account WHERE closed_at IS NOT NULL") == []
    kinds = [row["kind"] for row in await identity.sql("SELECT kind FROM message ORDER BY id")]
    assert kinds[-1] == "erasure_stopped"
    assert "identity.account.erased" not in await events(identity)


async def test_a_log_in_that_overlapped_the_closing_runs_out_first(identity, elsewhere, session):
    await asked(identity, session["access_token"])
    await runs(identity)
    await identity.sql("""INSERT INTO session SELECT (jsonb_populate_record(s,
        jsonb_build_object('id', gen_random_uuid(), 'ended_at', NULL))).* FROM session s""")
    await runs(identity)
    assert await state(identity) == "closing"
    await runs(identity)
    assert await state(identity) == "erasing"


async def test_a_kill_between_erasing_and_commit_loses_and_doubles_nothing(
    identity, elsewhere, session, monkeypatch
):
    await asked(identity, session["access_token"])
    await runs(identity)
    erasures = identity.running.service.state.erasure.erasures
    update = type(erasures).update

    async def killed(self, uow, erasure):
        await update(self, uow, erasure)
        monkeypatch.undo()
        raise ConnectionResetError

    monkeypatch.setattr(type(erasures), "update", killed)
    await runs(identity)
    assert await state(identity) == "closing"
    assert await identity.sql("SELECT FROM account WHERE erased_at IS NOT NULL") == []
    await runs(identity)
    assert await state(identity) == "erasing"
    assert (await events(identity)).count("identity.account.erased") == 1


async def test_a_part_that_is_late_is_waited_for(identity, elsewhere, session):
    made = await asked(identity, session["access_token"])
    for part in elsewhere.values():
        part.done = True
    elsewhere["courier-svc"].silent = True
    elsewhere["courier-svc"].silent = False
    elsewhere["courier-svc"].done = False
    await runs(identity, 4)
    report = (await identity.client.get(f"/api/erasures/{made['receipt']}")).json()
    assert report["state"] == "erasing"
    assert "courier-svc" not in {part["part"] for part in report["parts"]}
    elsewhere["courier-svc"].done = True
    await runs(identity)
    assert await state(identity) == "done"


async def test_guardians_and_who_appoints_for_a_company_settle_that_first(
    identity, elsewhere, session, another_phone
):
    token = session["access_token"]
    me = (await identity.sql("SELECT id FROM account"))[0]["id"]
    await identity.register(another_phone())
    other = (await identity.sql("SELECT id FROM account WHERE id <> $1", me))[0]["id"]
    await holds(identity, "guardian", principal=other, agent=me)
    await holds(identity, "agent", principal=other, agent=me, may_appoint=True)
    answer = await identity.client.post(PATH, headers=bearer(token))
    codes = {blocker["code"] for blocker in answer.json()["blockers"]}
    assert codes == {"only-guardian", "company-representative"}


async def test_mandates_end_and_the_other_side_is_told(identity, elsewhere, session, another_phone):
    me = (await identity.sql("SELECT id FROM account"))[0]["id"]
    await identity.register(another_phone())
    other = (await identity.sql("SELECT id FROM account WHERE id <> $1", me))[0]["id"]
    await holds(identity, "proxy", principal=me, agent=other)
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    assert [row["state"] for row in await identity.sql("SELECT state FROM mandate")] == ["revoked"]
    told = await identity.sql("SELECT kind FROM message WHERE recipient_id = $1", other)
    assert "mandate_revoked_to_you" in {row["kind"] for row in told}
    assert await identity.sql("SELECT FROM revocation WHERE kind = 'mandate'")


async def test_an_account_taken_over_from_childhood_goes_too(identity, elsewhere, session, another_phone):
    me = (await identity.sql("SELECT id FROM account"))[0]["id"]
    await identity.register(another_phone())
    child = (await identity.sql("SELECT id FROM account WHERE id <> $1", me))[0]["id"]
    await holds(identity, "owner", principal=child, agent=me)
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    assert len(await identity.sql("SELECT FROM account WHERE erased_at IS NOT NULL")) == 2
    assert (await events(identity)).count("identity.account.erased") == 2


async def test_an_account_taken_over_in_the_last_moment_is_closed_and_asked_about_too(
    identity, elsewhere, session, another_phone
):
    me = (await identity.sql("SELECT id FROM account"))[0]["id"]
    await identity.register(another_phone())
    child = (await identity.sql("SELECT id FROM account WHERE id <> $1", me))[0]["id"]
    await asked(identity, session["access_token"])
    await runs(identity)
    await holds(identity, "owner", principal=child, agent=me)
    await runs(identity)
    assert await state(identity) == "closing"
    assert len(await identity.sql("SELECT FROM account WHERE closed_at IS NOT NULL")) == 2
    await runs(identity)
    assert len(await identity.sql("SELECT FROM account WHERE erased_at IS NOT NULL")) == 2


async def holds(identity, kind: str, *, principal: UUID, agent: UUID, may_appoint: bool = False) -> None:
    await identity.sql(
        "INSERT INTO mandate (id, kind, state, principal_id, agent_id, offered_by, offered_at, expires_at, may_appoint)"
        " VALUES (gen_random_uuid(), $1, 'active', $2, $3, $2, now(), now() + interval '9 days', $4)",
        kind, principal, agent, may_appoint,
    )  # fmt: skip


async def test_a_receipt_opens_its_report_for_its_time_only(identity, elsewhere, session):
    made = await asked(identity, session["access_token"])
    assert (await identity.client.get(f"/api/erasures/{made['receipt']}x")).status_code == 404
    await identity.sql("UPDATE erasure SET state = 'done', ended_at = now() - interval '181 days'")
    assert (await identity.client.get(f"/api/erasures/{made['receipt']}")).status_code == 404


async def test_previews_are_few(identity, elsewhere, session):
    for _ in range(10):
        answer = await identity.client.get(f"{PATH}/preview", headers=bearer(session["access_token"]))
        assert answer.status_code == 200
    answer = await identity.client.post(PATH, headers=bearer(session["access_token"]))
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-attempts")


async def test_nothing_is_told_to_who_is_gone(identity, elsewhere, session):
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    (row,) = await identity.sql("SELECT id FROM account WHERE erased_at IS NOT NULL")
    async with identity.running.uow() as uow:
        await identity.running.service.state.erasure.request._messages.tell(
            uow, row["id"], "export_requested", {}
        )
    assert await identity.sql("SELECT FROM message") == []


async def test_what_was_written_while_it_was_erased_goes_with_the_last_part(identity, elsewhere, session):
    await asked(identity, session["access_token"])
    await runs(identity, 2)
    await identity.sql(
        "INSERT INTO message (id, recipient_id, kind, facts) SELECT gen_random_uuid(), id, 'x', '{}' FROM account"
    )
    for part in elsewhere.values():
        part.done = True
    await runs(identity)
    assert await state(identity) == "done"
    assert await identity.sql("SELECT FROM message") == []
