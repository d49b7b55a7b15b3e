"""`python -m identity_svc officer create …`: how a platform without anybody gets its first administrator."""

import argparse
import sys
from typing import Any

from chassis.problems import Problem
from chassis.service import Service
from contracts.tokens import Role
from pydantic import ValidationError

from .api.officers import NewOfficerRequest
from .domain.officers import ASSIGNABLE_ROLES


def read_words(words: list[str]) -> argparse.Namespace:
    """Ends the program at --help and at words that are not understood."""
    parser = argparse.ArgumentParser(prog="python -m identity_svc officer")
    create = parser.add_subparsers(required=True, metavar="create").add_parser(
        "create", help="新增人员 / add an officer or a member of the platform's staff"
    )
    create.add_argument("--badge", required=True, help="警号，登录用 / badge number, to log in with")
    create.add_argument("--name", required=True, help="姓名 / name")
    create.add_argument(
        "--role",
        default=[],
        action="append",
        type=Role,
        choices=sorted(ASSIGNABLE_ROLES),
        metavar="ROLE",
        help=f"角色，可重复 / repeatable: {', '.join(sorted(ASSIGNABLE_ROLES))}",
    )
    create.add_argument(
        "--partner",
        help="合作方的渠道名称，如 ccb：其工程师的账号，不填角色 / an engineer of that bank or courier, no role",
    )
    create.add_argument("--unit", help="所属单位，平台人员没有 / code of the unit; platform staff have none")
    create.add_argument(
        "--rank", type=int, default=0, help="级别，民警 1 至 4 / rank, an officer's is 1 to 4"
    )
    create.add_argument(
        "--password-stdin",
        action="store_true",
        help="从标准输入读口令 / read the password from standard input; without this one is made and shown",
    )
    asked = parser.parse_args(words)
    if not asked.role and not asked.partner:
        parser.error("--role 与 --partner 须填其一 / either --role or --partner is needed")
    return asked


async def officer_command(service: Service, words: list[str]) -> int:
    """Creates the officer as the administrators' API does; prints the password if it was made here."""
    asked = read_words(words)
    password = sys.stdin.readline().rstrip("\r\n") if asked.password_stdin else None
    fields: dict[str, Any] = {"badge_no": asked.badge, "name": asked.name, "unit": asked.unit}
    try:
        roles = frozenset(asked.role) or (frozenset({Role.PARTNER}) if asked.partner else frozenset())
        wanted = NewOfficerRequest(**fields, partner=asked.partner, rank=asked.rank, roles=roles).read()
        async with service.begin() as uow:
            officer, initial = await service.state.menu.create_officer(uow, wanted, "command-line", password)
    except ValidationError as error:
        for wrong in error.errors(include_input=False, include_url=False):
            print(f"{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}", file=sys.stderr)
        return 1
    except Problem as problem:
        print(f"{problem.zh} / {problem.en}", file=sys.stderr)
        for place in problem.errors:
            print(f"{place.path}: {place.zh} / {place.en}", file=sys.stderr)
        return 1
    print(f"已新增 / created: {officer.badge_no}")
    if password is None:
        print(
            f"初始口令，仅显示一次，首次登录须修改 / initial password, shown once, to be changed: {initial}"
        )
    return 0
