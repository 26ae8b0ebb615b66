"""What the teams service is given: its connector, and what that reports."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from nameko import config
from nameko.extensions import DependencyProvider, Entrypoint, ProviderCollector, SharedExtension

from bus import retry
from bus.workers import run_worker
from services.teams.asterisk import AsteriskConnector, TeamsReport

Handler = TypeVar("Handler", bound=Callable[..., Any])

AMI_SECRET = "ami-secret"  # noqa: S105  the name of the secret's file


class _Connection(SharedExtension, ProviderCollector):
    """The one connector of this process."""

    def setup(self) -> None:
        read_secret = partial(config["SETTINGS"].secret, AMI_SECRET)
        self._is_stopping = False
        self.connector = AsteriskConnector(read_secret, self._report)

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self.connector.run, "queues")

    def stop(self) -> None:
        self._is_stopping = True
        self.connector.stop()
        self._thread.wait()

    def _report(self, report: TeamsReport) -> None:
        for entrypoint in self._providers:
            run = partial(run_worker, entrypoint, {"report": report})
            retry.until_done("queues", run, lambda: not self._is_stopping)


class _ConnectorProvider(DependencyProvider):
    connection = _Connection()

    def get_dependency(self, _worker_ctx: Any) -> AsteriskConnector:
        return self.connection.connector


def connector() -> AsteriskConnector:
    """Inject the connector."""
    return cast(AsteriskConnector, _ConnectorProvider())


class _OnReport(Entrypoint):
    connection = _Connection()

    def setup(self) -> None:
        self.connection.register_provider(self)

    def stop(self) -> None:
        self.connection.unregister_provider(self)


def on_report(handler: Handler) -> Handler:
    """Run the decorated `method(self, report)` for each report of the connector, in order."""
    return cast(Handler, _OnReport.decorator(handler))
