"""Whatever is sealed can be sealed again: no column is forgotten by a change of keys."""

import importlib
import inspect

import pytest
import sqlalchemy as sa
from chassis.db.tables import add_chassis_tables
from chassis.settings import ServiceSettings

SERVICES = ("identity", "catalog", "case", "payment", "courier", "evaluation")
# Binary, and not sealed: why.
PLAIN = {
    "account.phone_hash": "hash",
    "account.id_hash": "hash",
    "account.phone_hash_next": "hash",
    "account.id_hash_next": "hash",
    "session.device_hash": "hash",
    "erasure.receipt_hash": "hash",
    "sms_code.phone_hash": "hash",
    "sms_code.code_hash": "hash",
    "sms_code.ticket_hash": "hash",
    "throttle.key": "hash",
    "known_place.place_hash": "hash",
    "qr_log_in.code_hash": "hash",
    "qr_log_in.secret_hash": "hash",
    "oidc_client.secret_hash": "hash",
    "oidc_client.previous_secret_hash": "hash",
    "oidc_flow.browser": "hash",
    "vouched.ticket_hash": "hash",
    "recovery_code.code_hash": "hash",
    "officer_activation.code_hash": "hash",
    "trusted_device.token_hash": "hash",
    "identity_link_subject.subject_hash_next": "hash",
    "document.signature": "a signature",
    "item_version.guide": "public",
    "service_point.body": "public",
    "notice.body": "of before, until a job has sealed it",
    "receipt.seal": "a signature",
    "push_key.digest": "hash",
    "refused_delivery.digest": "of a body that is not kept",
}


def built(name: str):
    bootstrap = importlib.import_module(f"{name}_svc.bootstrap")
    (settings,) = (
        found
        for found in vars(importlib.import_module(f"{name}_svc.settings")).values()
        if inspect.isclass(found) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )
    return bootstrap.build(settings(**settings.placeholders()))


@pytest.mark.parametrize("name", SERVICES)
def test_every_sealed_column_is_named_for_a_change_of_keys(name: str):
    service = built(name)
    ours = sa.MetaData()
    add_chassis_tables(ours)
    binary = {
        f"{table.name}.{column.name}"
        for table in service.metadata.tables.values()
        if table.name not in ours.tables
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    named = {target.name for target in service.targets}
    forgotten = binary - named - PLAIN.keys()
    assert not forgotten, f"name them in persistence/rotation.py or sealed.py, or in PLAIN: {forgotten}"
