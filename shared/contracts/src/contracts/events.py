"""The base of every event model and the registry of all of them."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

_REGISTRY: dict[str, type["Event"]] = {}


class Part(BaseModel):
    """A value inside an event; it has no type of its own."""

    # What did not fit is never said with its value: errors end up in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Event(BaseModel):
    """The JSON body of one CloudEvent.

    A subclass names its `TYPE` (past tense, written out), its `TOPIC` and `KEY`, the field that
    holds the aggregate's id: the Kafka key, so that one aggregate's events stay in order.
    Readers ignore fields they do not know; adding an optional field is the only compatible change.
    """

    # What did not fit is never said with its value: errors end up in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    KEY: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TYPE" not in cls.__dict__:
            return
        if cls.TYPE in _REGISTRY:
            raise TypeError(f"two event models are named {cls.TYPE}")
        _REGISTRY[cls.TYPE] = cls

    @property
    def aggregate_id(self) -> str:
        """The id of the aggregate this event is about."""
        return str(getattr(self, self.KEY))


def registered_events() -> dict[str, type[Event]]:
    """All event models by type name; modules not yet imported are not in it."""
    return dict(_REGISTRY)
