"""What is loaded before requests are taken: keys, the organisation, perhaps the demonstration's accounts."""

from chassis.sealing import SealBroken

from ..application.load_organisation import LoadOrganisation
from ..application.rotate_keys import RotateKeys
from ..application.seed_demo import SeedDemo
from ..persistence.logins_file import LoginsFile
from .parts import Parts


def load_at_start(parts: Parts, rotate_keys: RotateKeys) -> None:
    service, settings, stores = parts.service, parts.settings, parts.stores

    async def load_keys() -> None:
        try:
            async with service.begin() as uow:
                await rotate_keys.rotate(uow)
            await parts.ring.reload()
        except SealBroken as error:
            raise RuntimeError("DATA_KEYS lacks the key that this database was sealed under") from error

    async def load_organisation() -> None:
        await LoadOrganisation(service.begin, stores.organisation)(settings.organisation_file.read_bytes())

    async def seed_demo() -> None:
        if settings.demo_accounts_file is None:
            return
        if settings.demo_password is None:
            raise RuntimeError("DEMO_ACCOUNTS_FILE is set: set DEMO_PASSWORD too")
        await SeedDemo(
            begin=service.begin,
            organisation=stores.organisation,
            accounts=stores.accounts,
            officers=stores.officers,
            passwords=parts.passwords,
            file=LoginsFile(settings.demo_accounts_file),
            password=settings.demo_password.get_secret_value(),
        )()

    for hook in (load_keys, load_organisation, seed_demo):
        service.on_start(hook)
