"""One worker with many threads: each event stream and each audio socket keeps one."""

import ctypes
import signal

from gateway.settings import GatewaySettings

_settings = GatewaySettings()

bind = f"{_settings.gateway_host}:{_settings.gateway_port}"
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
