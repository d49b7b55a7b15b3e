import asyncio
from typing import Any

from chassis.testing import Running
from contracts.catalog import ItemPublished, ItemRetired
from contracts.identity import DepartmentDefined

ITEM = "/api/catalog/items/HUZHENG-001"
Headers = dict[str, str]


async def open_draft(small: Running, editor: Headers, **changes: Any) -> dict[str, Any]:
    """A draft of the item; with `changes`, saved once."""
    answer = await small.client.post(f"{ITEM}/versions", json={}, headers=editor)
    assert answer.status_code == 201, answer.text
    return await save(small, editor, answer.json(), **changes) if changes else answer.json()


async def save(small: Running, editor: Headers, draft: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"revision": draft["revision"], "content": {**draft["content"], **changes}}
    answer = await small.client.put(f"{ITEM}/versions/{draft['version']}", json=body, headers=editor)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def publish(small: Running, editor: Headers, draft: dict[str, Any]):
    path = f"{ITEM}/versions/{draft['version']}/publish"
    return await small.client.post(path, json={"revision": draft["revision"]}, headers=editor)


async def test_published_draft_replaces_the_version_before(small: Running, editor: Headers):
    draft = await open_draft(small, editor, promised_days=15)
    assert (await small.client.get(ITEM)).json()["promised_days"] == 20
    assert (await publish(small, editor, draft)).status_code == 200

    guide = (await small.client.get(ITEM)).json()
    assert (guide["version"], guide["promised_days"]) == (2, 15)
    old = (await small.client.get(ITEM, params={"version": 1})).json()
    assert (old["state"], old["replaced_by"], old["promised_days"]) == ("retired", 2, 20)
    listed = (await small.client.get("/api/catalog/items", params={"q": "HUZHENG-001"})).json()["items"]
    assert [(item["code"], item["version"]) for item in listed] == [("HUZHENG-001", 2)]

    published, retired = (await small.emitted())[2:]
    rows = await small.service.pool.fetch("SELECT action, subject FROM audit_log")
    assert [row["action"] for row in rows] == ["item.publish"]
    assert isinstance(published, ItemPublished) and isinstance(retired, ItemRetired)
    assert (published.item_version, published.definition.promised_days) == (2, 15)
    assert (retired.item_version, retired.replaced_by) == (1, 2)
    async with small.uow() as uow:
        rows = await uow.fetch("SELECT version FROM outbox WHERE key = 'HUZHENG-001' ORDER BY id")
    assert [row["version"] for row in rows] == [1, 2, 3]


async def test_draft_is_nobodys_business_yet(small: Running, editor: Headers):
    await open_draft(small, editor, name="另一个名称")
    assert (await small.client.get(ITEM, params={"version": 2})).status_code == 404
    assert (await small.client.get("/api/catalog/items", params={"q": "另一个名称"})).json()["items"] == []


async def test_diff_says_what_the_draft_changes(small: Running, editor: Headers):
    draft = await open_draft(small, editor, promised_days=15, fee_cents=1000)
    answer = await small.client.get(f"{ITEM}/versions/{draft['version']}/diff", headers=editor)
    assert answer.json()["against"] == 1
    assert answer.json()["differences"] == [
        {"field": "/promised_days", "before": 20, "after": 15},
        {"field": "/fee_cents", "before": 2000, "after": 1000},
    ]
    itself = await small.client.get(f"{ITEM}/versions/2/diff", params={"against": 2}, headers=editor)
    assert itself.json()["differences"] == []


async def test_draft_that_breaks_rules_can_be_saved_but_not_published(small: Running, editor: Headers):
    draft = await open_draft(small, editor, fee_basis=None, statutory_unit=None)
    assert {finding["rule"] for finding in draft["findings"]} == {"fee-basis", "limit-unit"}
    answer = await publish(small, editor, draft)
    assert answer.status_code == 422
    assert answer.json()["rules"] == ["limit-unit", "fee-basis"]
    assert {error["path"] for error in answer.json()["errors"]} == {
        "/content/statutory_unit",
        "/content/fee_basis",
    }
    assert len(await small.emitted()) == 2


async def test_department_nobody_knows_cannot_be_published(small: Running, editor: Headers):
    await small.deliver(DepartmentDefined(code="CRJ", name="出入境", name_en="Exit and Entry"))
    answer = await publish(small, editor, await open_draft(small, editor, promised_days=15))
    assert answer.json()["rules"] == ["unknown-department"]


async def test_name_of_another_item_cannot_be_published(small: Running, editor: Headers):
    answer = await publish(small, editor, await open_draft(small, editor, name="居民身份证损坏换领"))
    assert answer.json()["rules"] == ["duplicate-name"]


async def test_draft_that_changes_nothing_is_not_published(small: Running, editor: Headers):
    answer = await publish(small, editor, await open_draft(small, editor))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/nothing-changed")


async def test_second_draft_is_refused_and_the_first_named(small: Running, editor: Headers):
    await open_draft(small, editor)
    answer = await small.client.post(f"{ITEM}/versions", json={}, headers=editor)
    assert (answer.status_code, answer.json()["version"]) == (409, 2)


async def test_two_who_open_a_draft_at_once_get_one(small: Running, editor: Headers):
    answers = await asyncio.gather(
        *(small.client.post(f"{ITEM}/versions", json={}, headers=editor) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_saving_over_somebody_elses_save_is_409(small: Running, editor: Headers):
    draft = await open_draft(small, editor)
    await save(small, editor, draft, promised_days=15)
    body = {"revision": draft["revision"], "content": {**draft["content"], "promised_days": 3}}
    answer = await small.client.put(f"{ITEM}/versions/2", json=body, headers=editor)
    assert (answer.status_code, answer.json()["revision"]) == (409, 2)
    assert answer.json()["type"] == "/problems/changed-meanwhile"


async def test_four_who_save_at_once_save_once(small: Running, editor: Headers):
    draft = await open_draft(small, editor)
    bodies = [{"revision": 1, "content": {**draft["content"], "promised_days": days}} for days in range(4)]
    answers = await asyncio.gather(
        *(small.client.put(f"{ITEM}/versions/2", json=body, headers=editor) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_four_who_publish_at_once_publish_once(small: Running, editor: Headers):
    draft = await open_draft(small, editor, promised_days=15)
    answers = await asyncio.gather(*(publish(small, editor, draft) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await small.emitted()) == 4


async def test_published_version_cannot_be_edited(small: Running, editor: Headers):
    content = (await small.client.get(f"{ITEM}/versions/1", headers=editor)).json()["content"]
    answer = await small.client.put(
        f"{ITEM}/versions/1", json={"revision": 1, "content": content}, headers=editor
    )
    assert (answer.status_code, answer.json()["state"]) == (409, "published")


async def test_discarded_draft_is_gone_and_its_number_not_used_again(small: Running, editor: Headers):
    draft = await open_draft(small, editor)
    path = f"{ITEM}/versions/{draft['version']}"
    assert (await small.client.delete(path, params={"revision": 9}, headers=editor)).status_code == 409
    assert (await small.client.delete(path, params={"revision": 1}, headers=editor)).status_code == 204
    assert (await small.client.get(path, headers=editor)).status_code == 404
    assert (await open_draft(small, editor))["version"] == 3


async def test_retired_item_is_gone_until_a_draft_is_published(small: Running, editor: Headers):
    answer = await small.client.post(f"{ITEM}/versions/1/retire", json={"revision": 1}, headers=editor)
    assert (answer.status_code, answer.json()["state"]) == (200, "retired")
    assert (await small.client.get(ITEM)).status_code == 410
    assert (await small.client.get(f"{ITEM}/windows")).status_code == 410
    assert (await small.client.get("/api/catalog/stats")).json()["total"] == 1
    last = (await small.emitted())[-1]
    assert isinstance(last, ItemRetired) and last.replaced_by is None

    draft = await open_draft(small, editor)
    assert (await publish(small, editor, draft)).status_code == 200
    assert (await small.client.get(ITEM)).json()["version"] == 2


async def test_old_version_can_be_brought_back_as_a_draft(small: Running, editor: Headers):
    await publish(small, editor, await open_draft(small, editor, promised_days=15))
    answer = await small.client.post(f"{ITEM}/versions", json={"from_version": 1}, headers=editor)
    assert answer.json()["content"]["promised_days"] == 20


async def test_new_item_is_a_draft_first_and_found_once_published(
    small: Running, editor: Headers, item: dict[str, Any]
):
    content = {**item, "code": "HUZHENG-050", "name": "电子身份证签发"}
    created = await small.client.post("/api/catalog/items", json={"content": content}, headers=editor)
    assert (created.status_code, created.json()["state"], created.json()["version"]) == (201, "draft", 1)
    path = "/api/catalog/items/HUZHENG-050"
    assert (await small.client.get(path)).status_code == 404
    drafts = (await small.client.get("/api/catalog/drafts", headers=editor)).json()["items"]
    assert [draft["code"] for draft in drafts] == ["HUZHENG-050"]
    await small.client.post(f"{path}/versions/1/publish", json={"revision": 1}, headers=editor)
    found = (await small.client.get("/api/catalog/items", params={"q": "dzsfz"})).json()["items"]
    assert [one["code"] for one in found] == ["HUZHENG-050"]


async def test_item_that_exists_cannot_be_made_again(small: Running, editor: Headers, item: dict[str, Any]):
    answer = await small.client.post("/api/catalog/items", json={"content": item}, headers=editor)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/item-exists")


async def test_wrong_shape_is_said_with_every_place(small: Running, editor: Headers, item: dict[str, Any]):
    content = {**item, "code": "HUZHENG-050", "promised_days": "soon", "steps": ["ponder"], "colour": 1}
    answer = await small.client.post("/api/catalog/items", json={"content": content}, headers=editor)
    assert answer.status_code == 422
    paths = {error["path"] for error in answer.json()["errors"]}
    assert paths == {"/content/promised_days", "/content/steps/0", "/content/colour"}


async def test_code_cannot_be_edited(small: Running, editor: Headers):
    draft = await open_draft(small, editor)
    body = {"revision": 1, "content": {**draft["content"], "code": "HUZHENG-099"}}
    answer = await small.client.put(f"{ITEM}/versions/2", json=body, headers=editor)
    assert (answer.status_code, answer.json()["rules"]) == (422, ["code-fixed"])


async def test_versions_are_listed_newest_first(small: Running, editor: Headers):
    await open_draft(small, editor)
    listed = (await small.client.get(f"{ITEM}/versions", headers=editor)).json()
    assert [(one["version"], one["state"]) for one in listed] == [(2, "draft"), (1, "published")]
    assert (await small.client.get("/api/catalog/items/NOPE-001/versions", headers=editor)).status_code == 404
