"""What catalog-svc tells and reads, held against the committed contracts."""

import pytest
from chassis.testing import Running
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer

ITEM = "/api/catalog/items/HUZHENG-001"
ORGANISATION = [
    "identity.department.defined",
    "identity.branch.defined",
    "identity.unit.defined",
    "identity.window.defined",
]


async def test_its_stories_tell_every_event_it_owns(small: Running, editor: dict[str, str]) -> None:
    draft = (await small.client.post(f"{ITEM}/versions", json={}, headers=editor)).json()
    content = {**draft["content"], "promised_days": 15}
    saved = await small.client.put(
        f"{ITEM}/versions/2", json={"revision": draft["revision"], "content": content}, headers=editor
    )
    published = await small.client.post(
        f"{ITEM}/versions/2/publish", json={"revision": saved.json()["revision"]}, headers=editor
    )
    assert published.status_code == 200, published.text
    await assert_told_everything(small.service)


@pytest.mark.parametrize("producer", Producer)
async def test_the_organisation_it_reads_shows_in_the_guide(small: Running, producer: Producer) -> None:
    assert_reads(small.service, ORGANISATION)
    for type in ORGANISATION:
        await taken(small, type, producer)
    await small.run_jobs()
    served = (await small.client.get(ITEM)).json()["served_by"]
    assert served["department"]["code"] == "HUZHENG"
    [place] = served["places"]
    assert (place["branch"]["code"], place["unit"]["code"]) == ("YT", "YT-HUZHENG")
    [window] = place["windows"]
    assert (window["code"], len(window["opening_hours"])) == ("W-YT-01", 2)
