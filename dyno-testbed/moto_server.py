"""The moto server, one request at a time: `moto_server.py [PORT]`.

Moto's writes are not atomic among the threads that its own command starts, so here it has none. Prints its endpoint as the
first line, and ends with its standard input, so that it never outlives who started it.
"""

import logging
import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
server = make_server("127.0.0.1", port, DomainDispatcherApplication(create_backend_app))
print(f"http://127.0.0.1:{server.server_port}", flush=True)
threading.Thread(target=end_with_input, daemon=True).start()
server.serve_forever()
