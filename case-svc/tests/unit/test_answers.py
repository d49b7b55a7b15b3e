"""What may be stored as an answer, and how patches merge."""

import pytest
from case_svc.domain.answers import MAX_FIELDS, check_storable, merged
from chassis.problems import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_whatever_passes_can_be_sealed(answers: dict) -> None:
    import orjson

    try:
        check_storable(answers)
    except InvalidInput as refused:
        assert refused.errors
    else:
        orjson.loads(orjson.dumps(answers))


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"a": "x" * 1_000_000}, "/answers/a"),
        ({"a": {"b": ["\x00"]}}, "/answers/a/b/0"),
        ({"a": "\ud800"}, "/answers/a"),
        ({"a": 10**30}, "/answers/a"),
        ({"a": float("nan")}, "/answers/a"),
        ({"a": [[[[[[1]]]]]]}, "/answers/a/0/0/0/0"),
        ({"a/b~": "\x00"}, "/answers/a~1b~0"),
        ({str(number): 1 for number in range(MAX_FIELDS + 1)}, "/answers"),
        ({str(number): "x" * 20_000 for number in range(20)}, "/answers"),
        ({"k" * 101: 1}, "/answers"),
    ],
)
def test_what_cannot_be_stored_is_named_by_its_path(answers: dict, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_storable(answers)
    assert [error.path for error in refused.value.errors] == [path]


def test_a_patch_replaces_adds_and_removes() -> None:
    assert merged({"a": 1, "b": 2, "c": 3}, {"a": None, "b": 5, "d": 6}) == {"b": 5, "c": 3, "d": 6}
