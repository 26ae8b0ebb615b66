"""The library as a whole: its configuration, its transports, and the audio formats it offers."""

import socket
from collections.abc import Callable

import pjsua2 as pj

from contracts.instance import SipTransport
from services.sip.engine.bell import Bell
from services.sip.engine.connections import Connections
from services.sip.engine.media import FRAME_MS
from services.sip.settings import SipEngineSettings

CODEC_PRIORITIES = {
    "opus/48000/2": 254,
    "G722/16000/1": 253,
    "PCMA/8000/1": 252,
    "PCMU/8000/1": 251,
}
TLS_HANDSHAKE_TIMEOUT_MS = 4000
SYSTEM_CA_FILE = "/etc/ssl/certs/ca-certificates.crt"
TLS_VERSIONS = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3

LIBRARY_TRANSPORT = {
    SipTransport.UDP: pj.PJSIP_TRANSPORT_UDP,
    SipTransport.TCP: pj.PJSIP_TRANSPORT_TCP,
    SipTransport.TLS: pj.PJSIP_TRANSPORT_TLS,
}

TCP_PATIENCE = {socket.TCP_SYNCNT: 2, socket.TCP_USER_TIMEOUT: 10_000}
"""A server that is silently away is given up after about ten seconds."""

OnTransport = Callable[[pj.OnTransportStateParam], None]


class SipEndpoint(pj.Endpoint):
    """One per process; everything of the library must be gone before it is destroyed."""

    def __init__(
        self,
        settings: SipEngineSettings,
        *,
        user_agent: str,
        max_calls: int,
        on_disconnected: OnTransport,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._on_disconnected = on_disconnected
        self._connections = Connections()
        self.libCreate()
        self.libInit(_configuration(settings, user_agent, max_calls))
        self.bell = Bell()
        self.audDevManager().setNullDev()
        self._listeners: dict[SipTransport, int] = {}
        self.libStart()
        opus = self.getCodecOpusConfig()  # the bridge's own rate: nothing is to be resampled
        opus.sample_rate, opus.channel_cnt = settings.sip_clock_rate_hz, 1
        self.setCodecOpusConfig(opus)
        for codec in self.codecEnum2():
            self.codecSetPriority(codec.codecId, CODEC_PRIORITIES.get(codec.codecId, 0))

    def transport(self, transport: SipTransport, ca_certificate: str | None) -> int:
        """The library's id of a transport to send by, which is all that is open then.

        Over TLS servers are verified by this authority (none: by the system's). What was connected
        before is not used again, whoever it was trusted by.
        """
        self._connections.abandon()
        if transport is not SipTransport.UDP:
            self._close(transport)  # the authority is part of it
        if transport not in self._listeners:
            self._listeners[transport] = self._open(transport, ca_certificate)
        return self._listeners[transport]

    def close_all_but(self, transport: SipTransport | None) -> None:
        """Nobody needs the others any more: an INVITE must come as we registered."""
        for other in [each for each in self._listeners if each is not transport]:
            self._close(other)

    def abandon_connections(self) -> None:
        """They were made from an address that is not ours any more."""
        self._connections.abandon()

    def rtp_configuration(self) -> pj.TransportConfig:
        configuration = self._transport_configuration()
        configuration.port = self._settings.sip_rtp_port_first
        ports = self._settings.sip_rtp_port_last - self._settings.sip_rtp_port_first
        configuration.portRange = ports
        return configuration

    def onTransportState(self, prm: pj.OnTransportStateParam) -> None:
        is_abandoned = self._connections.changed(prm)
        if prm.state == pj.PJSIP_TP_STATE_DISCONNECTED and not is_abandoned:
            self._on_disconnected(prm)

    def _open(self, transport: SipTransport, ca_certificate: str | None) -> int:
        configuration = self._transport_configuration()
        tls = configuration.tlsConfig
        tls.verifyServer = True
        tls.msecTimeout = TLS_HANDSHAKE_TIMEOUT_MS
        tls.proto = TLS_VERSIONS
        if ca_certificate:
            tls.CaBuf = ca_certificate
        else:
            tls.CaListFile = SYSTEM_CA_FILE
        if transport is not SipTransport.UDP:
            for option, value in TCP_PATIENCE.items():
                patience = pj.SockOpt(socket.IPPROTO_TCP, option, value)
                configuration.sockOptParams.sockOpts.append(patience)
                tls.sockOptParams.sockOpts.append(patience)
        library_id: int = self.transportCreate(LIBRARY_TRANSPORT[transport], configuration)
        return library_id

    def _close(self, transport: SipTransport) -> None:
        if (library_id := self._listeners.pop(transport, None)) is not None:
            self.transportClose(library_id)

    def _transport_configuration(self) -> pj.TransportConfig:
        configuration = pj.TransportConfig()
        configuration.boundAddress = self._settings.sip_bind_address
        return configuration


def _configuration(settings: SipEngineSettings, user_agent: str, max_calls: int) -> pj.EpConfig:
    configuration = pj.EpConfig()
    configuration.uaConfig.threadCnt = 0
    configuration.uaConfig.mainThreadOnly = True
    configuration.uaConfig.maxCalls = max_calls
    configuration.uaConfig.userAgent = user_agent
    media = configuration.medConfig
    media.clockRate = settings.sip_clock_rate_hz
    media.audioFramePtime = FRAME_MS
    media.ptime = FRAME_MS
    media.sndAutoCloseTime = -1
    media.noVad = True
    media.ecTailLen = 0
    configuration.logConfig.level = settings.sip_trace_level
    configuration.logConfig.consoleLevel = settings.sip_trace_level
    return configuration
