"""Files without a row are swept after a day, one folder a run; nothing else ever is."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from case_svc.application.sweep_files import FOLDERS, SWEEP_FILES
from case_svc.persistence.file_keys import NAMED
from chassis.clock import now
from chassis.testing import plan_of

AN_HOUR, TWO_DAYS = timedelta(hours=1), timedelta(days=2)


@pytest.fixture
def store(world):
    return world.service.state.documents.store


@pytest.fixture
def age(tmp_path: Path):
    """Lets a file look as if it had been put some time ago."""

    def make_older(key: str, by: timedelta) -> None:
        moment = (now() - by).timestamp()
        os.utime(tmp_path / "files" / key, (moment, moment))

    return make_older


@pytest.fixture
def kept(tmp_path: Path):
    def keys() -> set[str]:
        root = tmp_path / "files"
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    return keys


async def put(store, key: str | None = None) -> str:
    key = key or store.new_key("materials")
    await store.put(key, b"left behind", b"nobody")
    return key


async def sweep(world, folder: int) -> None:
    async with world.uow() as uow:
        uow.enqueue(SWEEP_FILES, "recurring", {"folder": folder})
    await world.run_jobs()


async def sweep_all(world) -> None:
    for folder in range(FOLDERS):
        await sweep(world, folder)


async def upload(world, make_item, make_upload, pdf) -> str:
    """The key of a file that a row names."""
    case_id = await world.draft(make_item(materials=(make_upload("m1"),)))
    sent = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    async with world.uow() as uow:
        return await uow.fetchval("SELECT file_key FROM case_material WHERE id = $1", UUID(sent.json()["id"]))


async def test_only_old_files_without_a_row_go(world, store, age, kept, make_item, make_upload, pdf) -> None:
    named = await upload(world, make_item, make_upload, pdf)
    orphans = {await put(store) for _ in range(3)}
    young = await put(store)
    rendered = await put(store, store.key_for("documents", "a document's PDF, which no row names"))
    for key in {named, rendered} | orphans:
        age(key, TWO_DAYS)
    age(young, 23 * AN_HOUR)

    await sweep_all(world)
    assert kept() == {named, young, rendered}
    assert len(await store.get(young, b"nobody")) > 0


async def test_an_upload_that_died_before_its_commit_leaves_nothing_for_long(
    world, store, age, kept, make_item, make_upload, pdf, monkeypatch
) -> None:
    case_id = await world.draft(make_item(materials=(make_upload("m1"),)))

    def dies(*_args, **_more):
        raise ConnectionError("the database is gone")

    monkeypatch.setattr(type(world.service.state.desk.materials), "add", dies)
    sent = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    assert sent.status_code >= 500
    (orphan,) = kept()

    await sweep(world, int(orphan.split("/")[1], 16))
    assert kept() == {orphan}
    age(orphan, TWO_DAYS)
    await sweep(world, int(orphan.split("/")[1], 16))
    assert kept() == set()


async def test_a_run_looks_at_one_folder_and_the_next_at_the_next(world, store, age, kept) -> None:
    here, there = "materials/07/" + "a" * 30, "materials/08/" + "b" * 30
    for key in (here, there):
        age(await put(store, key), TWO_DAYS)
    await sweep(world, 7)
    assert kept() == {there}
    async with world.uow() as uow:
        job = await uow.fetchrow("SELECT payload, run_at, last_error FROM job WHERE kind = $1", SWEEP_FILES)
    assert job["payload"] == {"folder": 8} and job["last_error"] is None
    assert timedelta(minutes=4) < job["run_at"] - now() < timedelta(minutes=6)


async def test_after_the_last_folder_comes_the_first(world) -> None:
    await sweep(world, FOLDERS - 1)
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT payload FROM job WHERE kind = $1", SWEEP_FILES) == {"folder": 0}


async def test_a_store_full_of_strangers_files_is_left_alone_and_shown(world, store, age, kept) -> None:
    keys = {f"materials/07/{number:030x}" for number in range(6)}
    for key in keys:
        age(await put(store, key), TWO_DAYS)
    await sweep(world, 7)
    assert kept() == keys
    async with world.uow() as uow:
        error = await uow.fetchval("SELECT last_error FROM job WHERE kind = $1", SWEEP_FILES)
    assert "FILES_URL" in error


async def test_refused_uploads_in_great_number_go_where_others_are_named(
    world, store, age, kept, make_item, make_upload, pdf
) -> None:
    named = await upload(world, make_item, make_upload, pdf)
    folder = named.rsplit("/", 1)[0]
    for number in range(20):
        age(await put(store, f"{folder}/{number:030x}"), TWO_DAYS)
    age(named, TWO_DAYS)
    await sweep(world, int(folder.split("/")[1], 16))
    assert kept() == {named}


async def test_more_than_a_page_of_files_is_swept(world, store, age, kept, monkeypatch) -> None:
    monkeypatch.setattr("case_svc.materials.store._PAGE", 2)
    for number in range(5):
        age(await put(store, f"materials/07/{number:030x}"), TWO_DAYS)
    await sweep(world, 7)
    assert kept() == set()


async def test_rows_are_looked_up_by_the_files_key(world) -> None:
    async with world.uow() as uow:
        connection = await uow.connection()
        await connection.execute("SET LOCAL enable_seqscan = off")
        assert "case_material_file_key" in await plan_of(connection, NAMED)


async def test_a_file_too_many_is_refused_before_it_is_put(world, make_item, make_upload, pdf, kept) -> None:
    case_id = await world.draft(make_item(materials=(make_upload("m1"),)))
    sent = [
        await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf) for _ in range(21)
    ]
    assert [answer.status_code for answer in sent[:20]] == [201] * 20
    assert sent[20].json()["type"] == "/problems/too-many-materials"
    assert len(kept()) == 20
