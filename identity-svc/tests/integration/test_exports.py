"""All one's data: asked for by its owner alone, complete or honest about what is missing, gone after a week."""

import io
import json
import time
import zipfile
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.people import ExportPage, FileNote, Record
from contracts.tokens import Role
from identity_svc.application.people.ports import PartMissing
from identity_svc.application.people.prepare_export import PrepareExport
from identity_svc.domain.people.export import PARTS
from identity_svc.persistence.people.own_part import OwnPart

PATH = "/api/me/exports"
TWO = str(UUID(int=2))


class Elsewhere:
    """Another service's part: `pages` of records, a file on the first; or nobody answers."""

    def __init__(self, pages: int = 1, *, answers: bool = True) -> None:
        self.pages, self.answers = pages, answers
        self.asked: list[str | None] = []

    async def page(self, account_id: UUID, after: str | None) -> ExportPage:
        if not self.answers:
            raise PartMissing
        self.asked.append(after)
        number = (UUID(after).int if after else 0) + 1
        return ExportPage(
            records=[
                Record(section="things", title="东西", title_en="Things", data={"n": number, "of": "<张三>"})
            ],
            files=[FileNote(id="f", path="folder/照片.txt")] if number == 1 else [],
            next=UUID(int=number) if number < self.pages else None,
        )

    async def file(self, account_id: UUID, file_id: str) -> bytes | None:
        return "文件".encode()


@pytest.fixture
def elsewhere(identity) -> dict[str, Any]:
    """The other services, in the place of those that do not run here."""
    service = identity.running.service
    parts = {name: Elsewhere() for name in PARTS if name != "identity-svc"}
    own = OwnPart(service.begin, service.state.parts.stores.accounts, service.state.parts.sealer)
    desk = service.state.people
    prepare = PrepareExport(desk.exports, {"identity-svc": own, **parts}, service.state.parts.stores.messages)
    service.jobs["identity.prepare_export"] = prepare
    service.runner._handlers["identity.prepare_export"] = prepare
    return parts


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone))["session"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def asked(identity, token: str) -> dict[str, Any]:
    answer = await identity.client.post(PATH, headers=bearer(token))
    assert answer.status_code == 202, answer.text
    return answer.json()


async def prepared(identity, token: str) -> dict[str, Any]:
    export = await asked(identity, token)
    await identity.running.run_jobs()
    return (await identity.client.get(f"{PATH}/{export['export_id']}", headers=bearer(token))).json()


async def downloaded(identity, token: str, export: dict[str, Any]) -> zipfile.ZipFile:
    answer = await identity.client.get(f"{PATH}/{export['export_id']}/download", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


async def test_everything_is_in_it(identity, elsewhere, session, phone):
    elsewhere["case-svc"].pages = 3
    token = session["access_token"]
    export = await prepared(identity, token)
    assert (export["state"], export["partial"]) == ("ready", False)
    archive = await downloaded(identity, token, export)
    names = set(archive.namelist())
    assert {
        "index.html",
        "case-svc/things-1.json",
        "case-svc/things-3.html",
        "case-svc/folder/照片.txt",
    } <= names
    account = json.loads(archive.read("identity-svc/account-1.json"))
    assert phone in account[0]["phone"]
    assert elsewhere["case-svc"].asked == [None, str(UUID(int=1)), str(UUID(int=2))]
    front = archive.read("index.html").decode()
    assert "我的个人数据" in front and "case-svc/things-1.html" in front
    assert "&lt;张三&gt;" in archive.read("case-svc/things-1.html").decode()
    assert "手机号" in archive.read("identity-svc/account-1.html").decode()
    kinds = [row["kind"] for row in await identity.sql("SELECT kind FROM message ORDER BY id")]
    assert kinds[-2:] == ["export_requested", "export_ready"]
    actions = [row["action"] for row in await identity.sql("SELECT action FROM audit_log ORDER BY id")]
    assert actions == ["person.export_request", "person.export_download"]


async def test_what_does_not_answer_is_said_to_be_missing(identity, elsewhere, session):
    elsewhere["courier-svc"].answers = False
    token = session["access_token"]
    export = await asked(identity, token)
    for _ in range(8):
        await identity.running.run_jobs()
        await identity.sql("UPDATE job SET run_at = now() WHERE kind = 'identity.prepare_export'")
    export = (await identity.client.get(f"{PATH}/{export['export_id']}", headers=bearer(token))).json()
    assert (export["state"], export["partial"]) == ("ready", True)
    states = {part["part"]: part["state"] for part in export["parts"]}
    assert states.pop("courier-svc") == "unavailable" and set(states.values()) == {"done"}
    archive = await downloaded(identity, token, export)
    assert "没有应答" in archive.read("index.html").decode()
    kinds = [row["kind"] for row in await identity.sql("SELECT kind FROM message ORDER BY id")]
    assert kinds[-1] == "export_partly_ready"


async def test_nothing_of_it_is_readable_at_rest(identity, elsewhere, session, phone):
    await prepared(identity, session["access_token"])
    rows = await identity.sql("SELECT body FROM person_export_entry")
    assert rows and not any(phone.encode() in row["body"] or "照片".encode() in row["body"] for row in rows)


async def test_only_its_owner_gets_it(identity, elsewhere, session, another_phone):
    export = await prepared(identity, session["access_token"])
    stranger = (await identity.register(another_phone()))["session"]["access_token"]
    for path in (
        f"{PATH}/{export['export_id']}",
        f"{PATH}/{export['export_id']}/download",
        f"{PATH}/{uuid4()}",
    ):
        answer = await identity.client.get(path, headers=bearer(stranger))
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/export-not-found")
    assert (await identity.client.get(PATH, headers=bearer(stranger))).json() == {"items": []}


async def test_an_old_log_in_does_not_suffice(identity, elsewhere, session):
    export = await prepared(identity, session["access_token"])
    await identity.sql("UPDATE session SET authenticated_at = now() - interval '10 minutes'")
    body = {"refresh_token": session["refresh_token"]}
    token = (await identity.post("/sessions/refresh", body)).json()["access_token"]
    for method, path in (("POST", PATH), ("GET", f"{PATH}/{export['export_id']}/download")):
        answer = await identity.client.request(method, path, headers=bearer(token))
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/reauthentication-needed")
    assert (await identity.client.get(PATH, headers=bearer(token))).status_code == 200


async def test_one_at_a_time(identity, elsewhere, session):
    token = session["access_token"]
    export = await asked(identity, token)
    again = await identity.client.post(PATH, headers=bearer(token))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/export-under-way")
    early = await identity.client.get(f"{PATH}/{export['export_id']}/download", headers=bearer(token))
    assert (early.status_code, early.json()["type"]) == (409, "/problems/export-not-ready")
    await identity.running.run_jobs()
    await asked(identity, token)


async def test_after_a_week_it_is_gone(identity, elsewhere, session):
    token = session["access_token"]
    export = await prepared(identity, token)
    await identity.sql("UPDATE person_export SET expires_at = now() - interval '1 second'")
    answer = await identity.client.get(f"{PATH}/{export['export_id']}/download", headers=bearer(token))
    assert answer.status_code == 404
    async with identity.running.uow() as uow:
        await identity.running.service.state.people.exports.sweep(uow)
    assert await identity.sql("SELECT 1 FROM person_export_entry") == []


async def test_a_run_killed_between_pages_goes_on_where_it_was(identity, elsewhere, session, monkeypatch):
    source = elsewhere["case-svc"]
    source.pages = 4
    page = source.page

    async def killed(account_id, after):
        if after == TWO and not source.asked.count(TWO):
            source.asked.append(TWO)
            raise ConnectionResetError
        return await page(account_id, after)

    monkeypatch.setattr(source, "page", killed)
    token = session["access_token"]
    export = await asked(identity, token)
    for _ in range(2):
        await identity.running.run_jobs()
        await identity.sql("UPDATE job SET run_at = now() WHERE kind = 'identity.prepare_export'")
    await identity.running.run_jobs()
    archive = await downloaded(identity, token, export)
    numbers = sorted(
        name for name in archive.namelist() if name.startswith("case-svc/things") and "json" in name
    )
    assert numbers == [f"case-svc/things-{n}.json" for n in (1, 2, 3, 4)]


async def test_officers_have_none(identity, tokens):
    moment = int(time.time())
    token = tokens.mint(uuid4(), (Role.OFFICER,), auth_time=moment)
    verifier = identity.running.service.verifier
    verifier._fetch_keys, verifier._keys = tokens.key_set, None
    assert (await identity.client.post(PATH, headers=bearer(token))).status_code == 403
