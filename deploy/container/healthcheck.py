"""Exit 0 when this container's program is ready: /readyz, or /healthz where there is no other."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=2)
for path in ("/readyz", "/healthz"):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 404:
        sys.exit(answer.status != 200)
sys.exit(1)
