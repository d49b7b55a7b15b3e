"""`python -m real_kafka PYTEST-ARGUMENTS`: runs pytest with TEST_KAFKA_BOOTSTRAP naming a fresh Apache Kafka."""

import os
import subprocess
import sys

from .broker import NoKafka, restarts, running


def main() -> int:
    try:
        with running() as bootstrap:
            environment = os.environ | {"TEST_KAFKA_BOOTSTRAP": bootstrap}
            if restarts():
                environment["TEST_KAFKA_KEEPER"] = str(os.getpid())
            return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], env=environment).returncode
    except (NoKafka, subprocess.CalledProcessError, RuntimeError) as error:
        print(f"test-kafka: {error}", file=sys.stderr)
        return 1


sys.exit(main())
