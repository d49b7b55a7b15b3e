from case_svc.persistence.tables import metadata
from chassis.db.migrate import run_env

run_env(metadata)
