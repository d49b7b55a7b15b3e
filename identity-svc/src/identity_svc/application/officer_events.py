"""What others are told about an officer's post."""

from dataclasses import replace

from contracts.identity import OfficerAssigned

from ..domain.officers import Officer, Post


def assignment(officer: Officer, before: Post | None = None) -> list[OfficerAssigned]:
    """The event of a new or changed post; none for platform staff, who hold no post that others know.

    Somebody who leaves the police for the platform's staff is told as having left their old post.
    """
    post = officer.post
    if post.unit is None and before is not None and before.unit is not None:
        post = replace(before, active=False)
    if post.unit is None or post.department is None:
        return []
    return [
        OfficerAssigned(
            officer_id=officer.id,
            unit=post.unit,
            department=post.department,
            branch=post.branch,
            rank=post.rank,
            roles=tuple(sorted(post.roles)),
            active=post.active,
        )
    ]
