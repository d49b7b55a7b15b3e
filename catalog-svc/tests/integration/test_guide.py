import jsonschema_rs
import pytest
from catalog_svc.api.guide_views import CatalogueStats, ItemGuide, ItemPage, ItemPlaces
from chassis.testing import Running

CODE = "/api/catalog/items/HUZHENG-001"


async def test_every_guide_is_complete_and_as_documented(catalog: Running):
    async with catalog.uow() as uow:
        codes = [row["code"] for row in await uow.fetch("SELECT code FROM item ORDER BY code")]
    for code in codes:
        answer = await catalog.client.get(f"/api/catalog/items/{code}")
        guide = ItemGuide.model_validate_json(answer.content)
        assert answer.json().keys() == ItemGuide.model_fields.keys()
        assert guide.code == code and guide.state == "published"
        jsonschema_rs.meta.validate(guide.form_schema)


async def test_lists_and_counts_are_as_documented(small: Running):
    for path, model in (
        ("items", ItemPage),
        ("stats", CatalogueStats),
        ("items/HUZHENG-001/windows", ItemPlaces),
    ):
        answer = await small.client.get(f"/api/catalog/{path}")
        assert answer.json().keys() == model.model_fields.keys()
        model.model_validate_json(answer.content)


async def test_guide_the_reader_has_is_not_sent_again(small: Running):
    first = await small.client.get(CODE)
    assert first.headers["cache-control"] == "public, max-age=60"
    for header in (first.headers["etag"], f"W/{first.headers['etag']}", f'"other", {first.headers["etag"]}'):
        second = await small.client.get(CODE, headers={"If-None-Match": header})
        assert (second.status_code, second.content) == (304, b"")
        assert second.headers["etag"] == first.headers["etag"]
    assert (await small.client.get(CODE, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_guide_says_the_fee_in_fen_and_yuan(small: Running):
    fee = (await small.client.get(CODE)).json()["fee"]
    assert (fee["cents"], fee["yuan"], fee["text"]["zh"]) == (2000, "20.00", "20.00 元")


@pytest.mark.parametrize("code", ["NOPE-001", "x", "身份证", "a" * 32, "HUZHENG-001%27--"])
async def test_unknown_item_is_a_clear_404(small: Running, code: str):
    answer = await small.client.get(f"/api/catalog/items/{code}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/item-not-found"


async def test_unknown_version_names_the_latest(small: Running):
    answer = await small.client.get(CODE, params={"version": 7})
    assert (answer.status_code, answer.json()["latest_version"]) == (404, 1)


@pytest.mark.parametrize("version", ["0", "-1", "x", "99999999999999999999", "1.5", ""])
async def test_version_that_is_no_number_is_422(small: Running, version: str):
    assert (await small.client.get(CODE, params={"version": version})).status_code == 422


@pytest.mark.parametrize(
    "path", ["/api/catalog/items/" + "a" * 33, "/api/catalog/items/%00", f"{CODE}/windows?branch=%00"]
)
async def test_bad_path_is_422(small: Running, path: str):
    assert (await small.client.get(path)).status_code == 422


async def test_problems_speak_the_readers_language(small: Running):
    chinese = await small.client.get("/api/catalog/items/NOPE-001")
    english = await small.client.get("/api/catalog/items/NOPE-001", headers={"Accept-Language": "en"})
    assert chinese.json()["detail"] == "没有事项 NOPE-001，请核对编码。"
    assert english.json()["detail"] == "There is no item NOPE-001; check the code."
