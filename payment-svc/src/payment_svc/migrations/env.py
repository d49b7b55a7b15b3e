from chassis.db.migrate import run_env
from payment_svc.persistence.tables import metadata

run_env(metadata)
