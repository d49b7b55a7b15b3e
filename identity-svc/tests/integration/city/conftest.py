"""Somebody whom the city's identity platform knows."""

import pytest
from travel_kit import a_person


@pytest.fixture
async def person(identity, phone, id_number):
    return await a_person(identity, "p-1", phone, id_number)
