"""Who tries the platform reads its SMS in the sandbox: each kind that is sent has words there."""

import re
from pathlib import Path

import identity_svc
from identity_svc.domain.codes import Purpose
from partners.sms import _TEMPLATES

_SENT = re.compile(r'^[A-Z]+_SMS: Final = "(\w+)"$', re.MULTILINE)


def test_every_message_has_words_in_the_sandbox():
    source = Path(identity_svc.__file__).parent
    notices = {name for file in source.rglob("*.py") for name in _SENT.findall(file.read_text())}
    assert len(notices) >= 6
    assert notices | {f"{purpose}_code" for purpose in Purpose} <= _TEMPLATES.keys()
