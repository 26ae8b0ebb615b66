"""The audio relay: a page's WebSocket on one side, the sip engine's audio port on the other.

It adds no buffer and reads nothing but lengths; frames are described in
services/sip/engine/screens.py. A page that comes back by itself, after a reload or out of a sleep,
asks with `resume`: it gets the audio only if no other screen has taken it since.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import BinaryIO

import structlog
from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from contracts.audio_socket import AudioClose, AudioCodec, AudioHello
from contracts.errors import SignInRequired
from gateway.parts import parts, require_session

log = structlog.get_logger(__name__)

LENGTH = struct.Struct("<H")
FAREWELL = struct.Struct("<H")
LONGEST_FRAME_BYTES = 8192
CONNECT_TIMEOUT_S = 3.0
CONNECT_PAUSE_S = 0.1
LOOK_UP_PERIOD_S = 1.0
"""A page that sends nothing is found to be signed out after this time."""
MOST_SOCKETS = 16
LONGEST_NAME = 64

_sockets = threading.BoundedSemaphore(MOST_SOCKETS)
_last_screen: str | None = None
"""Who took the audio last; None until somebody has. What has no name is "" and nobody's."""


def register(app: Flask) -> None:
    """Serve the socket."""
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": LONGEST_FRAME_BYTES}
    Sock(app).route("/api/v1/audio")(_audio)


def _audio(page: Server) -> None:
    if not _sockets.acquire(blocking=False):
        page.close(AudioClose.ENGINE_AWAY, "too many audio sockets")
        return
    try:
        _relay(page)
    finally:
        _sockets.release()


def _relay(page: Server) -> None:
    try:
        require_session()
    except SignInRequired:
        _close(page, AudioClose.SIGN_IN_REQUIRED)
        return
    screen = request.args.get("screen", "")
    if request.args.get("resume") == "true" and _last_screen not in (None, screen):
        _close(page, AudioClose.REPLACED)
        return
    try:
        codec = AudioCodec(request.args.get("codec", AudioCodec.PCM))
    except ValueError:
        _close(page, AudioClose.UNKNOWN_CODEC)
        return
    try:
        engine = _connect(codec)
    except OSError as error:
        log.warning("audio port unreachable", error=str(error))
        _close(page, AudioClose.ENGINE_AWAY)
        return
    with engine, engine.makefile("rb") as frames:
        audio_format = b""
        with suppress(OSError):
            audio_format = _next_frame(frames)
        if (farewell := _farewell(audio_format)) is not None:
            _close(page, farewell)
            return
        engine.settimeout(None)
        _remember(screen)
        page.send(audio_format.decode())
        threading.Thread(target=_to_page, args=(frames, page), daemon=True).start()
        _to_engine(page, engine)


def _remember(screen: str) -> None:
    global _last_screen
    _last_screen = screen


def _connect(codec: AudioCodec) -> socket.socket:
    """An engine that is being started again is waited for. Raises OSError."""
    settings = parts().settings
    address = (settings.sip_audio_host, settings.sip_audio_port)
    give_up_at = time.monotonic() + CONNECT_TIMEOUT_S
    while True:
        try:
            engine = socket.create_connection(address, CONNECT_TIMEOUT_S)
            break
        except ConnectionRefusedError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(CONNECT_PAUSE_S)
    engine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    lane = request.args.get("lane")
    hello = AudioHello(
        token=settings.secret("audio-token"), codec=codec, lane=lane and lane[:LONGEST_NAME]
    )
    engine.sendall(hello.model_dump_json().encode() + b"\n")
    return engine


def _to_engine(page: Server, engine: socket.socket) -> None:
    accounts = parts().accounts
    sessions_closed = accounts.sessions_closed
    with suppress(ConnectionClosed, OSError):
        while accounts.sessions_closed == sessions_closed:
            frame = page.receive(timeout=LOOK_UP_PERIOD_S)
            if isinstance(frame, bytes):
                engine.sendall(LENGTH.pack(len(frame)) + frame)
    with suppress(OSError):
        engine.shutdown(socket.SHUT_RDWR)


def _to_page(frames: BinaryIO, page: Server) -> None:
    farewell: AudioClose | None = None
    with suppress(ConnectionClosed, OSError, ValueError):  # ValueError: closed by the other thread
        while (farewell := _farewell(frame := _next_frame(frames))) is None:
            page.send(frame)
    with suppress(ConnectionClosed):
        _close(page, farewell or AudioClose.ENGINE_AWAY)


def _next_frame(frames: BinaryIO) -> bytes:
    """Empty at the end."""
    length = frames.read(LENGTH.size)
    return frames.read(*LENGTH.unpack(length)) if len(length) == LENGTH.size else b""


def _farewell(frame: bytes) -> AudioClose | None:
    """Why this was the last frame; None if it was not."""
    if len(frame) > FAREWELL.size:
        return None
    return AudioClose(*FAREWELL.unpack(frame)) if frame else AudioClose.ENGINE_AWAY


def _close(page: Server, code: AudioClose) -> None:
    page.close(code, code.reason)
