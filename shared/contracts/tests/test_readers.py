"""Every event has its line in the table of readers, and every line its event."""

from contracts.documents import asyncapi, load_all
from contracts.readers import READERS, types_read_by, types_told_by
from contracts.topics import PRODUCERS

SERVICES = set(PRODUCERS.values())


def test_no_event_is_told_that_the_table_does_not_know():
    assert {model.TYPE for model in READERS} == set(load_all())


def test_readers_are_services_of_ours_and_read_nothing_of_their_own():
    for model, readers in READERS.items():
        assert set(readers) <= SERVICES - {PRODUCERS[model.TOPIC]}, model.TYPE
        assert len(set(readers)) == len(readers), model.TYPE


def test_each_type_is_told_by_one_service():
    told = [type for service in SERVICES for type in types_told_by(service)]
    assert sorted(told) == sorted(load_all())


def test_asyncapi_says_who_receives_what():
    document = asyncapi()
    received: dict[str, set[str]] = {}
    for name, operation in document["operations"].items():
        if operation["action"] == "receive":
            service = name.partition("_receives_")[0].replace("_", "-")
            types = {reference["$ref"].rpartition("/")[2] for reference in operation["messages"]}
            assert types <= set(document["channels"][operation["channel"]["$ref"][11:]]["messages"])
            received.setdefault(service, set()).update(types)
    assert received == {
        service: set(types_read_by(service)) for service in SERVICES if types_read_by(service)
    }
