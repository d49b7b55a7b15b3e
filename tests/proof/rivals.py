"""Second heads of the units: two who may decide the same case at the same moment."""

from dataclasses import dataclass

from city import City
from demo.client import Officer
from faults.crowd import BRANCHES, PASSWORD, Crowd

_OPERATOR = "OPERATOR-1"


@dataclass(frozen=True)
class Rivals:
    """By branch, an officer of the same unit and rank as its head."""

    of: dict[str, Officer]

    @classmethod
    async def hire(cls, city: City, crowd: Crowd) -> "Rivals":
        """As an administrator does it: created with an initial password, which its holder changes."""
        operator = await city.officer(_OPERATOR)
        hired = {}
        for branch in BRANCHES:
            badge_no = f"{branch}-HUZHENG-2B"
            body = {
                "badge_no": badge_no, "name": "孙立新", "unit": f"{branch}-HUZHENG", "rank": 2, "roles": ["officer"],
            }  # fmt: skip
            created = await operator.post("/api/identity/officers", body)
            newcomer = await Officer.log_in(city.platform, badge_no, created["initial_password"])
            own = {"current_password": created["initial_password"], "new_password": PASSWORD}
            await newcomer.put("/api/identity/password", own)
            city.logins[badge_no] = PASSWORD
            hired[branch] = await crowd.admit_officer(badge_no)
        return cls(hired)
