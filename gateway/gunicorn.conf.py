"""One worker with many threads: each event stream and each audio socket keeps one."""

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
