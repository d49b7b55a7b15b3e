from collections.abc import AsyncIterator
from typing import Any

import pytest
from catalog_svc.domain.content import ItemContent
from chassis.testing import Running

ITEMS = "/api/catalog/items"


@pytest.fixture
async def found(catalog: Running):
    async def search(q: str | None = None, **params: Any) -> list[dict[str, Any]]:
        """All pages of a search, one after another."""
        items: list[dict[str, Any]] = []
        async for page in pages(catalog, q=q, **params):
            items += page["items"]
        return items

    return search


async def pages(catalog: Running, **params: Any) -> AsyncIterator[dict[str, Any]]:
    params = {name: value for name, value in params.items() if value is not None}
    while True:
        answer = await catalog.client.get(ITEMS, params=params)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if answer.json()["next"] is None:
            return
        params["cursor"] = answer.json()["next"]


async def test_every_way_of_typing_an_id_card_finds_the_same_items(found, packaged: list[ItemContent]):
    named = {item.code for item in packaged if "身份证" in item.name}
    for typed in ("身份证", "sfz", "SFZ", "shenfenzheng", "shenfen zheng", "身份zheng", "身份 证"):
        codes = {item["code"] for item in await found(typed, limit=100)}
        assert named <= codes, typed


async def test_search_results_have_what_was_asked_for(found):
    for item in await found("护照"):
        assert "护照" in item["name"]


async def test_exact_comes_before_prefix_before_inside(found, packaged: list[ItemContent]):
    names = [item["name"] for item in await found("居住证签注")]
    assert names[0] == "居住证签注"
    names = [item["name"] for item in await found("居住证")]
    prefixed = [name.startswith("居住证") for name in names]
    assert any(prefixed) and not all(prefixed)
    assert prefixed == sorted(prefixed, reverse=True)


async def test_words_people_use_find_the_item(found):
    wanted = {
        "jzzqz": "HUZHENG-019",
        "chongming": "HUZHENG-045",
        "xingshizheng": "JIAOJING-012",
        "caixue": "XINGZHEN-006",
        "caixie": "XINGZHEN-006",
        "identity card": "HUZHENG-001",
        "Passport": "CRJ-001",
        "HUZHENG-001": "HUZHENG-001",
        "huzheng-001": "HUZHENG-001",
        "驾照": "JIAOJING-001",
        "jiazhao": "JIAOJING-001",
        "国（境）外": "HUZHENG-025",
        "国境外": "HUZHENG-025",
        "补办驾照": "JIAOJING-003",
        "lüyou": "CRJ-005",
        "lvyou": "CRJ-005",
    }
    missed = [
        typed
        for typed, code in wanted.items()
        if code not in [item["code"] for item in await found(typed, limit=100)]
    ]
    assert missed == []


async def test_code_typed_in_full_comes_first(found):
    assert (await found("crj-015"))[0]["code"] == "CRJ-015"


async def test_what_matches_nothing_finds_what_comes_close(catalog: Running):
    for sentence in ("我想办个身份证", "帮我补办身份证", "省份证", "zzz 身份证"):
        answer = (await catalog.client.get(ITEMS, params={"q": sentence})).json()
        assert answer["similar"] is True
        assert "身份证" in answer["items"][0]["name"], sentence
    exact = (await catalog.client.get(ITEMS, params={"q": "身份证"})).json()
    assert exact["similar"] is False


async def test_close_ones_page_too(catalog: Running):
    codes: list[str] = []
    async for page in pages(catalog, q="我想办个身份证", limit=3):
        assert page["similar"] is True
        codes += [item["code"] for item in page["items"]]
    assert len(codes) == len(set(codes)) > 3


async def test_nothing_found_is_an_empty_page(catalog: Running):
    for typed in ("qqqq", "！！", "鑫", "犇犇犇犇"):
        answer = await catalog.client.get(ITEMS, params={"q": typed})
        assert answer.status_code == 200
        assert answer.json() == {"items": [], "next": None, "similar": False}, typed


async def test_list_is_by_code_and_pages_hold_each_item_once(catalog: Running):
    sizes, codes = [], []
    async for page in pages(catalog, limit=50):
        sizes.append(len(page["items"]))
        codes += [item["code"] for item in page["items"]]
    assert sizes == [50, 50, 50, 50, 18]
    assert codes == sorted(set(codes))


async def test_search_pages_hold_each_item_once(catalog: Running, found):
    codes: list[str] = []
    async for page in pages(catalog, q="zheng", limit=7):
        codes += [item["code"] for item in page["items"]]
    assert codes == [item["code"] for item in await found("zheng", limit=100)]
    assert len(codes) == len(set(codes))


async def test_filters_narrow_lists_and_searches(found, packaged: list[ItemContent]):
    wanted = {
        item.code for item in packaged if item.department == "CRJ" and item.online_class == "full_online"
    }
    assert {item["code"] for item in await found(department="CRJ", online_class="full_online")} == wanted
    for item in await found("zheng", department="JIAOJING", kind="行政许可", limit=100):
        assert (item["department"], item["kind"]) == ("JIAOJING", "行政许可")


async def test_empty_parameters_are_no_wishes(small: Running):
    empty = {"q": "", "department": "", "online_class": "", "applicant": "", "kind": "", "cursor": ""}
    answer = await small.client.get(ITEMS, params=empty)
    assert (answer.status_code, len(answer.json()["items"])) == (200, 2)


async def test_items_for_both_are_found_by_either_applicant(found, packaged: list[ItemContent]):
    for applicant in ("person", "enterprise"):
        wanted = {item.code for item in packaged if item.applicant in (applicant, "both")}
        assert {item["code"] for item in await found(applicant=applicant, limit=100)} == wanted


async def test_stats_count_by_class_and_department(catalog: Running):
    stats = (await catalog.client.get("/api/catalog/stats")).json()
    assert stats["total"] == 218
    assert stats["by_class"] == {"full_online": 88, "one_visit": 77, "query_booking": 53}
    assert len(stats["by_department"]) == 10
    assert sum(entry["total"] for entry in stats["by_department"]) == 218
    assert stats["by_department"][0] | {"name": None, "name_en": None} == {
        "department": "JIAOJING",
        "name": None,
        "name_en": None,
        "total": 51,
        "by_class": stats["by_department"][0]["by_class"],
    }


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"online_class": "offline"}, "full_online"),
        ({"applicant": "alien"}, "enterprise"),
        ({"kind": "行政"}, "行政许可"),
        ({"department": "NOWHERE"}, "HUZHENG"),
        ({"department": "NOWHERE", "q": "身份证"}, "HUZHENG"),
    ],
)
async def test_unknown_filter_value_says_which_are_allowed(
    small: Running, params: dict[str, str], named: str
):
    answer = await small.client.get(ITEMS, params=params)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/unknown-filter-value"
    assert named in problem["detail"] and named in problem["allowed"]
    assert problem["errors"][0]["path"] in params


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "长" * 65,
        "q=" + "a" * 60_000,
        "q=%00",
        "q=a b c d e f g",
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=garbage",
        "cursor=%F0%28%8C%28",
        "cursor=WyJjb2RlIl0",
        "cursor=WyJjb2RlIiw5OTk5OTk5OTk5OTk5LDAsIkEiXQ",
        "cursor=WyJjb2RlIixudWxsLG51bGwsbnVsbF0",
        "cursor=WyJtYXRjaCIsMCwwLCJBIl0",
        "cursor=WyJjb2RlIiwtMSwwLCJBIl0",
        "department=" + "x" * 60_000,
    ],
)
async def test_bad_input_is_a_clear_422(small: Running, query: str):
    answer = await small.client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 2_000
