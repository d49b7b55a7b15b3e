"""How the bare-machine PostgreSQL is tuned: two cores, little memory, very many small commits.

`local.conf` in its data folder, where there is one, is read last.
"""

from embedded.ports import LOOPBACK

_TEMPLATE = """\
# Written at every start. Own settings belong in local.conf beside this file.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 150           # six services, pool and listeners of each, and room to look
superuser_reserved_connections = 3
password_encryption = scram-sha-256
timezone = 'UTC'

# What was acknowledged is on disk.
fsync = on
synchronous_commit = on
full_page_writes = on

# Memory: counted once over all backends; the rest is the kernel's page cache.
shared_buffers = 128MB
huge_pages = off
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 1GB
jit = off                       # statements of a millisecond; compiling one costs fifty

# Commits: no replica reads this WAL, so the smallest kind. Full pages are the larger part of it and come
# once a page and checkpoint: rare checkpoints. 1 GB of WAL is about ten seconds of recovery.
wal_level = minimal
max_wal_senders = 0
wal_buffers = 16MB
wal_compression = off           # this build has pglz alone, which costs more processor than it saves disk
checkpoint_timeout = 15min
max_wal_size = 1GB
min_wal_size = 160MB
checkpoint_completion_target = 0.9

# Two cores: no helpers that would compete with the services.
io_method = sync
max_worker_processes = 2
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 1
max_logical_replication_workers = 0
random_page_cost = 1.1

# Outbox, jobs and cases change their rows often: clean up early, in small portions.
autovacuum_max_workers = 2
autovacuum_naptime = 20s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_vacuum_cost_limit = 400

# Never a value of a row in the log: no parameters, no DETAIL.
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_duration_statement = 1s
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C'

include_if_exists = 'local.conf'
"""


def configuration(port: int, sockets: str) -> str:
    """`sockets`: the folder of its UNIX socket, empty for none."""
    return _TEMPLATE.format(host=LOOPBACK, port=port, sockets=sockets.replace("'", "''"))


def access_rules() -> str:
    """Everybody by password, from this machine only."""
    return f"local all all scram-sha-256\nhost all all {LOOPBACK}/32 scram-sha-256\n"
