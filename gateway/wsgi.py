"""What gunicorn serves."""

from bus.logging import configure
from gateway.app import create_app
from gateway.settings import GatewaySettings

settings = GatewaySettings()
configure("gateway", settings.log_level)
app = create_app(settings)
