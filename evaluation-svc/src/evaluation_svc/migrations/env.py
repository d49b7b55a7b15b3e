from chassis.db.migrate import run_env
from evaluation_svc.persistence.tables import metadata

run_env(metadata)
