"""Settings of the sip service and its engine."""

from pathlib import Path
from typing import Any

from bus.settings import Settings


class SipSettings(Settings):
    """Of the service: the engine's socket."""

    sip_engine_socket: Path = Path("/run/handset/sip-engine.sock")

    def nameko_config(self) -> dict[str, Any]:
        return {**super().nameko_config(), "ENGINE_SOCKET": str(self.sip_engine_socket)}


class SipEngineSettings(SipSettings):
    """Of the engine: where it listens, and how its audio is made up."""

    sip_bind_address: str = "0.0.0.0"  # noqa: S104  calls come from wherever the server is
    sip_rtp_port_first: int = 40_000
    sip_rtp_port_last: int = 40_099
    sip_audio_host: str = "127.0.0.1"
    sip_audio_port: int = 8475
    sip_host_audio_socket: Path | None = None
    """Socket of the sound server of this computer, for calls without a browser."""
    sip_clock_rate_hz: int = 16_000
    sip_trace_level: int = 1
    """Of the library, 0 to 6; from 5 on SIP messages are printed, credentials included."""
