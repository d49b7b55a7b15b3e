import asyncio
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from catalog_svc.bootstrap import build
from catalog_svc.commands import import_command, lint_folder
from catalog_svc.startup import CatalogueHasErrors, import_folder, take_in_catalogue
from chassis.testing import Running
from contracts.catalog import ItemPublished, ItemRetired

CODE = "/api/catalog/items/HUZHENG-001"


async def state_of(service: Running, code: str = "HUZHENG-001") -> list[tuple[int, str]]:
    async with service.uow() as uow:
        rows = await uow.fetch("SELECT version, state FROM item_version WHERE code = $1 ORDER BY 1", code)
    return [(row["version"], row["state"]) for row in rows]


async def test_first_start_publishes_every_item_and_says_so(catalog: Running):
    events = await catalog.emitted()
    assert len(events) == 218
    assert all(isinstance(event, ItemPublished) and event.item_version == 1 for event in events)
    assert len({event.aggregate_id for event in events}) == 218
    for event in events:
        assert isinstance(event, ItemPublished)
        jsonschema_rs.meta.validate(event.definition.form_schema)


async def test_second_start_changes_nothing(start, folder: Path):
    async with start(folder) as first:
        before = await first.emitted()
    async with start(folder) as second:
        assert await second.emitted() == before


async def test_instances_that_start_at_once_import_once(start, folder: Path):
    async with start(folder) as one, start(folder) as two:
        assert len(await one.emitted()) == 2
        async with one.as_owner() as owner:
            await owner.execute(
                "TRUNCATE catalogue_import, published_item, item_version, item, outbox CASCADE"
            )
        await asyncio.gather(*(take_in_catalogue(each.service, folder) for each in (one, two, one, two)))
        assert len(await one.emitted()) == 2
        assert await state_of(one) == [(1, "published")]


async def test_changed_item_gets_a_version_and_the_others_none(
    start, folder: Path, item: dict[str, Any], write_catalogue
):
    async with start(folder):
        pass
    other = {**item, "code": "HUZHENG-002", "name": "居民身份证损坏换领"}
    write_catalogue(folder, [{**item, "promised_days": 15}, other])
    async with start(folder) as service:
        published, retired = (await service.emitted())[2:]
        assert isinstance(published, ItemPublished) and isinstance(retired, ItemRetired)
        assert (published.item_code, published.item_version) == ("HUZHENG-001", 2)
        assert (retired.item_version, retired.replaced_by) == (1, 2)
        assert await state_of(service) == [(1, "retired"), (2, "published")]
        assert await state_of(service, "HUZHENG-002") == [(1, "published")]
        assert (await service.client.get(CODE)).json()["promised_days"] == 15


async def test_item_that_left_the_files_is_retired_and_may_come_back(
    start, folder: Path, item: dict[str, Any], write_catalogue
):
    other = {**item, "code": "HUZHENG-002", "name": "居民身份证损坏换领"}
    async with start(folder):
        pass
    write_catalogue(folder, [other])
    async with start(folder) as service:
        assert await state_of(service) == [(1, "retired")]
        answer = await service.client.get(CODE)
        assert (answer.status_code, answer.json()["latest_version"]) == (410, 1)
        assert (await service.client.get(CODE, params={"version": 1})).json()["state"] == "retired"
    write_catalogue(folder, [item, other])
    async with start(folder) as service:
        # The files are the same as at first, and were taken in then: only being told brings them back.
        assert await state_of(service) == [(1, "retired")]
        await import_folder(service.service, folder, force=False)
        assert await state_of(service) == [(1, "retired"), (2, "published")]


async def test_older_release_that_starts_again_takes_nothing_back(
    start, folder: Path, tmp_path: Path, item: dict[str, Any], write_catalogue
):
    newer = tmp_path / "newer"
    write_catalogue(newer, [{**item, "promised_days": 15}])
    async with start(folder):
        pass
    async with start(newer):
        pass
    async with start(folder) as service:
        assert (await service.client.get(CODE)).json()["promised_days"] == 15


async def test_what_was_edited_here_is_kept_unless_forced(
    small: Running, folder: Path, item: dict[str, Any], editor: dict[str, str], write_catalogue
):
    draft = (await small.client.post(f"{CODE}/versions", json={}, headers=editor)).json()
    content = {**draft["content"], "promised_days": 10}
    await small.client.put(f"{CODE}/versions/2", json={"revision": 1, "content": content}, headers=editor)
    await small.client.post(f"{CODE}/versions/2/publish", json={"revision": 2}, headers=editor)

    other = {**item, "code": "HUZHENG-002", "name": "居民身份证损坏换领"}
    write_catalogue(folder, [{**item, "promised_days": 15}, other])
    outcome = await import_folder(small.service, folder, force=False)
    assert (outcome.kept, outcome.unchanged, outcome.published) == (["HUZHENG-001"], ["HUZHENG-002"], [])
    assert (await small.client.get(CODE)).json()["promised_days"] == 10

    outcome = await import_folder(small.service, folder, force=True)
    assert outcome.published == ["HUZHENG-001"]
    assert (await small.client.get(CODE)).json()["promised_days"] == 15
    assert await state_of(small) == [(1, "retired"), (2, "retired"), (3, "published")]


async def test_files_with_errors_are_refused_as_a_whole(
    small: Running, folder: Path, item: dict[str, Any], write_catalogue
):
    other = {**item, "code": "HUZHENG-002", "name": "居民身份证损坏换领", "fee_basis": None}
    write_catalogue(folder, [{**item, "promised_days": 15}, other])
    with pytest.raises(CatalogueHasErrors, match=r"HUZHENG-002 /fee_basis \[fee-basis\]"):
        await import_folder(small.service, folder, force=False)
    assert (await small.client.get(CODE)).json()["promised_days"] == 20
    assert len(await small.emitted()) == 2


async def test_service_does_not_start_on_a_broken_folder(start, folder: Path):
    (folder / "catalogue.yaml").unlink()
    with pytest.raises(CatalogueHasErrors, match=r"catalogue.yaml - \[unreadable\]"):
        async with start(folder):
            pass


async def test_import_command_says_what_it_did(small: Running, folder: Path, tmp_path: Path, capsys):
    assert await import_command(small.service, [str(folder)]) == 0
    assert "未变 / unchanged: 2" in capsys.readouterr().out
    assert await import_command(small.service, [str(tmp_path / "nowhere")]) == 2
    (folder / "items" / "HUZHENG.yaml").write_text("[]")
    assert await import_command(small.service, [str(folder)]) == 1
    assert "catalogue.yaml /items [count]" in capsys.readouterr().err


def test_lint_command_needs_no_database(folder: Path, tmp_path: Path, capsys):
    assert lint_folder([]) == 0
    assert "218 items, no errors" in capsys.readouterr().out
    assert lint_folder([str(folder)]) == 0
    (folder / "items" / "HUZHENG.yaml").write_text("[]")
    assert lint_folder([str(folder)]) == 1
    assert lint_folder([str(tmp_path / "nowhere")]) == 2


async def test_new_rendering_is_made_for_old_versions_once(start, folder: Path, monkeypatch):
    async with start(folder) as first:
        etag = (await first.client.get(CODE)).headers["etag"]
    monkeypatch.setattr("catalog_svc.domain.publication.FORMAT", 99)
    monkeypatch.setattr("catalog_svc.domain.guide.render_summary", lambda item, version: {"name": "新样式"})
    async with start(folder) as second:
        answer = await second.client.get(CODE)
        assert answer.json()["name"] == "新样式"
        assert answer.headers["etag"] != etag
        assert len(await second.emitted()) == 2
        assert await state_of(second) == [(1, "published")]


def test_service_is_wired_without_a_database():
    from catalog_svc.settings import CatalogSettings

    service = build(CatalogSettings(database_url="postgresql://nowhere/none", kafka_bootstrap="nowhere:9092"))
    assert "/api/catalog/items/{code}" in service.app().openapi()["paths"]
