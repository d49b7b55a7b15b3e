"""What can be wrong with a request about a case, as sentences."""

from .cases import (
    CaseChangedMeanwhile,
    CaseNotFound,
    IllegalMove,
    MayNotDecide,
    OtherUnitsQueue,
    SupervisorNeeded,
)
from .forms import (
    AddressMissing,
    AddressNotOpen,
    AnswersConflict,
    FormInvalid,
    MaterialKeyUnknown,
    MaterialNotFound,
    NotEditable,
    PlaceUnknown,
    ReferenceMissing,
    StaleAnswers,
    StepUpRequired,
    TooManyMaterials,
    VersionNeeded,
)
from .items import (
    ApplicantNotServed,
    ItemNoLongerOffered,
    ItemUnknown,
    ItemVersionRetired,
)

__all__ = [
    "AddressMissing",
    "AddressNotOpen",
    "AnswersConflict",
    "ApplicantNotServed",
    "CaseChangedMeanwhile",
    "CaseNotFound",
    "FormInvalid",
    "IllegalMove",
    "ItemNoLongerOffered",
    "ItemUnknown",
    "ItemVersionRetired",
    "MaterialKeyUnknown",
    "MaterialNotFound",
    "MayNotDecide",
    "NotEditable",
    "OtherUnitsQueue",
    "PlaceUnknown",
    "ReferenceMissing",
    "StaleAnswers",
    "StepUpRequired",
    "SupervisorNeeded",
    "TooManyMaterials",
    "VersionNeeded",
]
