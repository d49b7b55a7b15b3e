import pytest
from chassis.testing import Tokens

from .callers import Cast


@pytest.fixture
def cast(tokens: Tokens) -> Cast:
    return Cast(tokens)
