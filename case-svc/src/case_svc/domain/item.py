"""The item version a case is pinned to, reduced to what decides the case's path."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from contracts.catalog import ItemDefinition, MaterialDefinition

USUAL_IAL: Final = 2
"""Of versions published before items said theirs."""


@dataclass(frozen=True)
class Item:
    """Wraps one immutable published version; the properties are the questions the path asks."""

    definition: ItemDefinition

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def version(self) -> int:
        return self.definition.version

    @property
    def department(self) -> str:
        return self.definition.department

    @property
    def min_ial(self) -> int:
        """The level of assurance that submitting takes."""
        said = self.definition.min_ial
        return USUAL_IAL if said is None else said

    @cached_property
    def steps(self) -> frozenset[str]:
        return frozenset(self.definition.steps)

    @property
    def is_query(self) -> bool:
        return "query" in self.steps

    @property
    def is_booking(self) -> bool:
        return "book" in self.steps

    @property
    def is_accepted_by_officer(self) -> bool:
        """False for queries, bookings and fines, which nobody has to take in."""
        return "accept" in self.steps

    @property
    def is_decided(self) -> bool:
        return "review" in self.steps or "approve" in self.steps

    @property
    def is_paid_for(self) -> bool:
        return "pay" in self.steps

    @property
    def is_produced(self) -> bool:
        return "produce" in self.steps

    @property
    def is_delivered(self) -> bool:
        return "deliver" in self.steps

    @property
    def owes_postage(self) -> bool:
        """What was approved and made is sent, and not for free."""
        return self.is_delivered and self.is_decided and not self.definition.delivery_free

    @property
    def is_electronic(self) -> bool:
        """The result is a file: `notify` after `produce`. Otherwise it is sent or collected."""
        return self.is_produced and not self.is_delivered and "notify" in self.steps

    @property
    def is_collected(self) -> bool:
        """A paper without a parcel: the applicant comes for it once (最多跑一次)."""
        return self.is_produced and not self.is_delivered and "notify" not in self.steps

    @property
    def originals_are_fetched(self) -> bool:
        return self.definition.delivery == "both_ways"

    @property
    def levels(self) -> int:
        """How many officers decide one after the other; 0 means the reviewer alone."""
        return self.definition.approval_levels

    @cached_property
    def uploads(self) -> tuple[MaterialDefinition, ...]:
        """Materials that come as files from the applicant.

        Originals are shown or sent, shared data is fetched by the office, and the agency's own form
        is what the applicant fills in here.
        """
        return tuple(
            material
            for material in self.definition.materials
            if material.source == "applicant" and material.form != "original"
        )

    def serves(self, applicant_kind: str) -> bool:
        """Whether `person` or `enterprise` may apply."""
        return self.definition.applicant in (applicant_kind, "both")
