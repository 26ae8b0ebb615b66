"""The audio relay: a page's WebSocket on one side, the sip engine's audio port on the other.

It adds no buffer and reads nothing but lengths; the frame is described in
services/sip/engine/screens.py.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import BinaryIO

import structlog
from flask import Flask
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from contracts.errors import SignInRequired
from gateway.parts import parts, require_session

log = structlog.get_logger(__name__)

LENGTH = struct.Struct("<H")
LONGEST_FRAME_BYTES = 8192
CONNECT_TIMEOUT_S = 3.0
CONNECT_PAUSE_S = 0.1
LOOK_UP_PERIOD_S = 1.0
"""A page that sends nothing is found to be signed out after this time."""
MOST_SOCKETS = 16
SIGN_IN_REQUIRED, REPLACED, ENGINE_AWAY = 4000, 4001, 4002
"""Close codes of the WebSocket."""

_sockets = threading.BoundedSemaphore(MOST_SOCKETS)


def register(app: Flask) -> None:
    """Serve the socket."""
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": LONGEST_FRAME_BYTES}
    Sock(app).route("/api/v1/audio")(_audio)


def _audio(page: Server) -> None:
    if not _sockets.acquire(blocking=False):
        page.close(ENGINE_AWAY, "too many audio sockets")
        return
    try:
        _relay(page)
    finally:
        _sockets.release()


def _relay(page: Server) -> None:
    try:
        require_session()
    except SignInRequired:
        page.close(SIGN_IN_REQUIRED, "sign in")
        return
    try:
        engine = _connect()
    except OSError as error:
        log.warning("audio port unreachable", error=str(error))
        page.close(ENGINE_AWAY, "engine away")
        return
    with engine, engine.makefile("rb") as frames:
        try:
            audio_format = frames.readline(1024).decode().strip()
        except OSError:
            audio_format = ""
        if not audio_format:
            page.close(ENGINE_AWAY, "engine away")
            return
        engine.settimeout(None)
        page.send(audio_format)
        threading.Thread(target=_to_page, args=(frames, page), daemon=True).start()
        _to_engine(page, engine)


def _connect() -> socket.socket:
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
    engine.sendall(settings.secret("audio-token").encode() + b"\n")
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
    code, reason = ENGINE_AWAY, "engine away"
    with suppress(ConnectionClosed, OSError, ValueError):  # ValueError: closed by the other thread
        while len(length := frames.read(LENGTH.size)) == LENGTH.size:
            (frame_bytes,) = LENGTH.unpack(length)
            if frame_bytes == 0:
                code, reason = REPLACED, "another screen took the audio"
                break
            page.send(frames.read(frame_bytes))
    with suppress(ConnectionClosed):
        page.close(code, reason)
