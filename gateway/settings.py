"""Settings of the gateway."""

from pathlib import Path

from bus.settings import Settings


class GatewaySettings(Settings):
    """Where it listens, what it serves, and where the engine's audio port is."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = 8470
    gateway_hosts: str = ""
    """Further Host header fields to accept, separated by commas: "phone.example.com"."""
    gateway_instances: str = "deploy/instances"
    """Directories with instance profiles, separated by colons."""
    gateway_web_directory: Path = Path("web/dist")
    sip_audio_host: str = "127.0.0.1"
    sip_audio_port: int = 8475

    def allowed_hosts(self) -> set[str]:
        """Values of the Host header field that are ours; anything else may be DNS rebinding."""
        own = {f"{name}:{self.gateway_port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        own.add(f"{self.gateway_host}:{self.gateway_port}")
        further = {each.strip().lower() for each in self.gateway_hosts.split(",") if each.strip()}
        return own | further
