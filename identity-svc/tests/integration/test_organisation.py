"""The organisation: loaded once, told to others, listed for everybody."""

from collections import Counter

import pytest
from identity_svc.application.load_organisation import OrganisationShrank
from identity_svc.domain.organisation_lint import OrganisationFileInvalid
from identity_svc.settings import ORGANISATION_FILE


@pytest.fixture
def small(tmp_path):
    """The small organisation's file; what is written to it is loaded by the next start."""
    return tmp_path / "org.yaml"


async def database_of(identity):
    return identity.running.service.settings.database_url.get_secret_value()


async def test_every_part_is_told_once(identity):
    events = await identity.running.emitted()

    assert Counter(event.TYPE for event in events) == {
        "identity.department.defined": 2,
        "identity.branch.defined": 2,
        "identity.unit.defined": 6,
        "identity.window.defined": 2,
    }
    window = next(event for event in events if event.aggregate_id == "W-XC-01")
    assert window.departments == ("HUZHENG",)
    assert [(hours.opens, hours.closes) for hours in window.opening_hours] == [
        ("09:00", "12:00"),
        ("13:00", "17:00"),
    ]


async def test_the_shipped_organisation_is_loaded_whole(start_identity):
    identity = await start_identity(organisation_file=ORGANISATION_FILE)

    events = Counter(event.TYPE for event in await identity.running.emitted())
    assert events == {
        "identity.department.defined": 10,
        "identity.branch.defined": 19,
        "identity.unit.defined": 200,
        "identity.window.defined": 311,
    }


async def test_a_second_start_tells_nothing_again(start_identity):
    first = await start_identity()
    second = await start_identity(await database_of(first))
    assert len(await second.running.emitted()) == 12


async def test_a_changed_name_is_told_with_the_next_version(start_identity, small):
    first = await start_identity()
    small.write_text(small.read_text().replace("新城分局户政窗口", "新城分局一号窗口"))
    second = await start_identity(await database_of(first))

    assert (await second.running.emitted())[-1].name == "新城分局一号窗口"
    rows = await second.sql("SELECT key, version FROM outbox ORDER BY id OFFSET 12")
    assert [tuple(row) for row in rows] == [("W-XC-01", 2)]


async def test_a_file_that_lost_something_is_refused_whole(start_identity, small):
    first = await start_identity()
    text = small.read_text()
    small.write_text(text[: text.index("- code: W-BL-01")].replace("新城分局户政窗口", "改名"))

    with pytest.raises(OrganisationShrank) as caught:
        await start_identity(await database_of(first))
    assert caught.value.missing == ["W-BL-01"]
    assert (await first.sql("SELECT name FROM service_window WHERE code = 'W-XC-01'"))[0]["name"] != "改名"


async def test_a_wrong_file_stops_the_start_with_all_its_mistakes(start_identity, small):
    small.write_text(small.read_text().replace("branch: XC", "branch: YT").replace("short_name: 碑林, ", ""))
    with pytest.raises(OrganisationFileInvalid, match="lacks `short_name`") as caught:
        await start_identity()
    assert len(caught.value.findings) == 3, "the window's code no longer fits its branch"


LISTS = [
    ("/departments", {}, ["HUZHENG", "JIAOJING"]),
    ("/branches", {}, ["BL", "XC"]),
    ("/units", {"branch": "XC"}, ["XC-HUZHENG", "XC-JIAOJING"]),
    ("/units", {"department": "JIAOJING"}, ["BL-JIAOJING", "CITY-JIAOJING", "XC-JIAOJING"]),
    ("/units", {"department": "JIAOJING", "branch": "BL"}, ["BL-JIAOJING"]),
    ("/units", {"branch": "NOWHERE"}, []),
    ("/windows", {"department": "JIAOJING"}, ["W-BL-01"]),
    ("/windows", {"branch": "XC"}, ["W-XC-01"]),
]


async def test_anybody_lists_the_organisation(identity, subtests):
    for path, filters, codes in LISTS:
        with subtests.test(str((path, filters, codes))[:80]):
            answer = await identity.get(path, **filters)
            assert answer.status_code == 200
            assert [item["code"] for item in answer.json()["items"]] == codes


async def test_pages_follow_each_other_without_gap_or_repeat(identity):
    seen, cursor = [], None
    while True:
        answer = (await identity.get("/units", limit=4, **({"cursor": cursor} if cursor else {}))).json()
        seen += [item["code"] for item in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert seen == sorted(seen) and len(set(seen)) == len(seen) == 6


WRONG_PAGES = [{"cursor": "nonsense"}, {"cursor": "WzEsMl0"}, {"limit": 0}, {"limit": 501}]


async def test_a_wrong_page_is_refused(identity, subtests):
    for query in WRONG_PAGES:
        with subtests.test(str(query)[:80]):
            assert (await identity.get("/units", **query)).status_code == 422
