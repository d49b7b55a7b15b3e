"""Who sees an issued document, and who does not."""

import re
from uuid import uuid4

import pytest


async def test_the_holder_sees_the_issued_document(documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    answer = await documents.get(f"/api/documents/{document_id}", documents.citizen(owner))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "valid"
    assert re.fullmatch(r"公服证〔20\d\d〕\d{8}号", body["number"])
    assert (body["item_name"], body["result"]) == ("户籍证明开具", "户籍证明（电子）")
    assert body["unit"] == {"code": "XC-HUZHENG", "name": "新城分局户政大队", "name_en": "Xincheng Branch"}
    assert body["verify_url"].startswith("https://fuwu.example.cn/verify/")
    assert documents.views == []


async def test_numbers_and_codes_are_never_given_twice(documents):
    rows = [await documents.row(await documents.issue()) for _ in range(20)]
    assert len({row["serial"] for row in rows}) == len({row["code"] for row in rows}) == 20


async def test_other_citizens_and_other_units_get_404_and_strangers_401(documents):
    path = f"/api/documents/{await documents.issue()}"
    for token in (
        documents.citizen(uuid4()),
        documents.officer(unit="BL-HUZHENG"),
        documents.officer(department="JIAOJING"),
    ):
        for each in (path, f"{path}/pdf"):
            assert (await documents.get(each, token)).status_code == 404
    assert (await documents.get(path)).status_code == 401
    assert (await documents.get(path, documents.svc.tokens.operator())).status_code == 403
    assert (await documents.get("/api/documents/not-an-id", documents.citizen(uuid4()))).status_code == 422


async def test_an_officer_of_the_unit_sees_it_and_the_look_is_recorded(documents):
    document_id = await documents.issue()
    token = documents.officer()
    assert (await documents.get(f"/api/documents/{document_id}", token)).status_code == 200
    assert (await documents.get(f"/api/documents/{document_id}/pdf", token)).status_code == 200
    case_id = (await documents.row(document_id))["case_id"]
    look = {"case_id": case_id, "viewer": str(documents.supervisor), "unit": "XC-HUZHENG", "what": "document"}
    assert documents.views == [look, look]


async def test_mine_are_listed_newest_first_page_by_page(documents):
    owner = uuid4()
    issued = [str(await documents.issue(owner)) for _ in range(5)]
    await documents.issue()
    seen, cursor = [], {}
    while True:
        page = (await documents.get("/api/documents", documents.citizen(owner), limit=2, **cursor)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(issued, reverse=True)  # ids are ordered by time, to the millisecond


@pytest.mark.parametrize("params", [{"cursor": "x"}, {"cursor": "WzFd"}, {"limit": 0}, {"limit": 101}])
async def test_a_wrong_page_is_422(documents, params):
    assert (await documents.get("/api/documents", documents.citizen(uuid4()), **params)).status_code == 422
