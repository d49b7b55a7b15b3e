"""How fast the partners' world turns: from the environment, changed by control, forgotten on restart."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .settings import PartnersSettings

TraceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,32}$")]


class Tempo(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    courier_auto: bool
    courier_step_seconds: float = Field(ge=0, le=86_400)
    courier_path: list[TraceCode] = Field(max_length=20)
    refund_seconds: float = Field(ge=0, le=86_400)
    time_scale: float = Field(ge=0, le=10)

    @classmethod
    def of(cls, settings: PartnersSettings) -> "Tempo":
        return cls(**{name: getattr(settings, name) for name in cls.model_fields})

    def retry_after(self, attempts: int, schedule: tuple[int, ...]) -> float | None:
        """Seconds until the attempt after `attempts` failed ones; None when `schedule` is used up."""
        if attempts > len(schedule):
            return None
        return schedule[attempts - 1] * self.time_scale
