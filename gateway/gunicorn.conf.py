"""One worker with many threads: each event stream and each audio socket keeps one.

The master only watches over it, and imports nothing of ours: that would be there twice.
"""

import ctypes
import signal

worker_class = "gthread"
workers = 1
threads = 64
timeout = 60
graceful_timeout = 1
keepalive = 30
accesslog = None
control_socket_disable = True

_PR_SET_PDEATHSIG = 1


def post_fork(_server: object, _worker: object) -> None:
    """A worker never outlives its master: it would keep the port, and serve the open streams on."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
