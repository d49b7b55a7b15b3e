from chassis.db.migrate import run_env
from identity_svc.persistence.tables import metadata

run_env(metadata)
