"""Control over people: WeChat users and their codes, the city's people and its keys, face checks."""

from pydantic import BaseModel, ConfigDict
from starlette.routing import Route

from ..city.keys import CityKeys
from ..city.people import CityPeople, PutPerson
from ..faces import FaceChecks, PutResult
from ..wechat.people import IssueCode, NewUser, PutUserState, WeChatPeople
from ..wechat.service import WeChat
from .door import Answer, Ask, ControlDoor


class Rotate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    forget_old: bool = False


def wechat_routes(door: ControlDoor, people: WeChatPeople, wechat: WeChat) -> list[Route]:
    def show(ask: Ask) -> Answer:
        return {"users": people.all(), "token_requests": wechat.token_requests}

    def create(ask: Ask) -> Answer:
        return people.create(ask.read(NewUser))

    def change(ask: Ask) -> Answer:
        return people.change(ask.path["user_id"], ask.read(PutUserState))

    def issue(ask: Ask) -> Answer:
        return people.issue_by_hand(ask.path["user_id"], ask.read(IssueCode))

    def forget_tokens(ask: Ask) -> Answer:
        wechat.forget_tokens()
        return {}

    return [
        door.route("GET", "/wechat", show),
        door.route("POST", "/wechat/users", create),
        door.route("PATCH", "/wechat/users/{user_id}", change),
        door.route("POST", "/wechat/users/{user_id}/codes", issue),
        door.route("DELETE", "/wechat/tokens", forget_tokens),
    ]


def city_routes(door: ControlDoor, people: CityPeople, keys: CityKeys) -> list[Route]:
    def show(ask: Ask) -> Answer:
        return {"people": [dict(person) for person in people.all()]}

    def put(ask: Ask) -> Answer:
        return people.put(ask.path["sub"], ask.read(PutPerson))

    def rotate(ask: Ask) -> Answer:
        return {"kid": keys.rotate(forget_old=ask.read(Rotate).forget_old).kid}

    return [
        door.route("GET", "/city", show),
        door.route("PUT", "/city/people/{sub}", put),
        door.route("POST", "/city/keys/rotate", rotate),
    ]


def face_routes(door: ControlDoor, checks: FaceChecks) -> list[Route]:
    def put(ask: Ask) -> Answer:
        result = ask.read(PutResult).result
        checks.write_down(ask.path["check_no"], result)
        return {"result": result}

    return [door.route("PUT", "/faces/{check_no}", put)]
