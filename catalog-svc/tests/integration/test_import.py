import asyncio
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from catalog_svc.startup import CatalogueHasErrors, import_folder, take_in_catalogue
from chassis.testing import Running
from contracts.catalog import ItemPublished, ItemRetired


async def test_first_start_publishes_every_item_and_says_so(catalog: Running):
    events = await catalog.emitted()
    assert len(events) == 218
    assert all(isinstance(event, ItemPublished) and event.item_version == 1 for event in events)
    assert len({event.item_code for event in events}) == 218
    first = next(event for event in events if event.item_code == "HUZHENG-001")
    assert [material.key for material in first.definition.materials] == ["m1", "m2", "m3"]
    jsonschema_rs.meta.validate(first.definition.form_schema)
