"""`python -m bus.run <service>…` runs `services.<service>.service` until SIGTERM.

Several of them are forked, and are processes of their own (`bus/forks.py`).
"""

import os
import warnings

# names are few and near here, and a resolver of its own costs each service 9 MB
os.environ["EVENTLET_NO_GREENDNS"] = "yes"

with warnings.catch_warnings(action="ignore"):  # eventlet announces its own end
    import eventlet

eventlet.monkey_patch()

# ruff: noqa: E402  everything else is imported into a patched process
import importlib
import signal
import sys

import structlog
from nameko import config
from nameko.containers import ServiceContainer

from bus.forks import Forks
from bus.logging import configure
from bus.settings import Settings

log = structlog.get_logger(__name__)

STOP_TIMEOUT_S = 5
FAILED = 1


def main(service: str) -> None:
    """Start the one service class of the module and wait; the exit status tells a failure."""
    service_class = importlib.import_module(f"services.{service}.service").SERVICE
    settings: Settings = service_class.settings_class()
    configure(service, settings.log_level)
    config.setup(settings.nameko_config())
    container = ServiceContainer(service_class)

    def stop() -> None:
        with eventlet.Timeout(STOP_TIMEOUT_S, False):  # noqa: FBT003
            container.stop()
        log.info("stopped")
        sys.stderr.flush()
        os._exit(0)  # a sender that waits for the broker would keep the process

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: eventlet.spawn_n(stop))
    container.start()
    log.info("started")
    try:
        container.wait()
    except Exception:
        log.exception("service died")
        os._exit(FAILED)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        configure("services", Settings().log_level)
        Forks(main).keep(sys.argv[1:])
