"""Uploads: taken by content, kept sealed, never lost to a lie."""

from pathlib import Path
from uuid import UUID

import pytest


@pytest.fixture
async def draft(world, make_item, make_upload) -> str:
    return await world.draft(make_item(materials=(make_upload("m1"),)))


async def test_a_file_comes_back_as_it_was_kept(world, draft, pdf) -> None:
    path = f"/api/cases/{draft}/materials"
    sent = await world.citizen.post(f"{path}?key=m1&name=张三 户口簿.pdf", content=pdf)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["mime"], sent.json()["pages"]) == ("application/pdf", 1)
    got = await world.citizen.get(f"{path}/{sent.json()['id']}")
    assert got.content == pdf and got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "%E5%BC%A0%E4%B8%89" in got.headers["content-disposition"]
    listed = (await world.citizen.get(f"/api/cases/{draft}")).json()["materials"]
    assert [(material["key"], material["file_name"]) for material in listed] == [("m1", "张三 户口簿.pdf")]


async def test_a_form_upload_is_taken_too(world, draft, pdf) -> None:
    sent = await world.citizen.post(
        f"/api/cases/{draft}/materials?key=m1", files={"file": ("../../户口.pdf", pdf, "image/png")}
    )
    assert sent.status_code == 201 and sent.json()["file_name"] == "户口.pdf"


async def test_what_lies_on_disk_is_sealed(world, draft, pdf, tmp_path: Path) -> None:
    await world.citizen.post(f"/api/cases/{draft}/materials?key=m1&name=secret.pdf", content=pdf)
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(files) == 1 and b"%PDF" not in files[0].read_bytes()
    async with world.uow() as uow:
        assert b"secret" not in await uow.fetchval("SELECT file_name FROM case_material")


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("photo.jpg", b"<html>not a photo</html>", 415),
        ("photo.png", b"%PDF-1.4 rest", 415),
        ("virus.exe", b"MZ\x90\x00", 415),
        ("empty.pdf", b"", 422),
        ("broken.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", 415),
    ],
)
async def test_an_upload_that_lies_about_its_type_is_refused(world, draft, name, content, status) -> None:
    answer = await world.citizen.post(f"/api/cases/{draft}/materials?key=m1&name={name}", content=content)
    assert answer.status_code == status
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM case_material") == 0


async def test_more_than_ten_megabytes_are_refused(world, draft) -> None:
    for size in (10 * 1024 * 1024 + 1, 11 * 1024 * 1024):
        answer = await world.citizen.post(f"/api/cases/{draft}/materials?key=m1", content=b"\xff" * size)
        assert answer.status_code == 413


async def test_the_twenty_first_file_is_refused(world, draft, pdf) -> None:
    path = f"/api/cases/{draft}/materials?key=m1"
    for _ in range(20):
        assert (await world.citizen.post(path, content=pdf)).status_code == 201
    assert (await world.citizen.post(path, content=pdf)).status_code == 409


async def test_a_material_the_item_does_not_ask_for_is_refused(world, draft, pdf) -> None:
    answer = await world.citizen.post(f"/api/cases/{draft}/materials?key=m9", content=pdf)
    assert answer.status_code == 422 and answer.json()["type"].endswith("material-key-unknown")


async def test_a_deleted_file_is_gone_from_the_disk(world, draft, pdf, tmp_path: Path) -> None:
    sent = await world.citizen.post(f"/api/cases/{draft}/materials?key=m1", content=pdf)
    path = f"/api/cases/{draft}/materials/{sent.json()['id']}"
    assert (await world.citizen.call("DELETE", path)).status_code == 204
    assert (await world.citizen.get(path)).status_code == 404
    assert (await world.citizen.call("DELETE", path)).status_code == 404
    await world.run_jobs()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_files_of_a_submitted_case_stay(world, draft, pdf) -> None:
    sent = await world.citizen.post(f"/api/cases/{draft}/materials?key=m1", content=pdf)
    assert (await world.citizen.post(f"/api/cases/{draft}/submit")).status_code == 200
    path = f"/api/cases/{draft}/materials"
    assert (await world.citizen.call("DELETE", f"{path}/{sent.json()['id']}")).status_code == 409
    assert (await world.citizen.post(f"{path}?key=m1", content=pdf)).status_code == 409
    officer = world.officer()
    assert (await officer.get(f"{path}/{sent.json()['id']}")).content == pdf
    views = (await world.citizen.get(f"/api/cases/{draft}/views")).json()
    assert [view["what"] for view in views] == ["material"]


async def test_strangers_neither_read_nor_add_files(world, draft, pdf) -> None:
    sent = await world.citizen.post(f"/api/cases/{draft}/materials?key=m1", content=pdf)
    path = f"/api/cases/{draft}/materials"
    for stranger in (world.person(), world.officer(unit="BL-HUZHENG")):
        assert (await stranger.get(f"{path}/{sent.json()['id']}")).status_code == 404
    assert (await world.person().post(f"{path}?key=m1", content=pdf)).status_code == 404
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM case_material WHERE case_id = $1", UUID(draft)) == 1
