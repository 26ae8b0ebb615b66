"""Asterisk's manager interface (AMI): actions, what answers them, and events.

Lines of "Key: value" in blocks; docs/adr/0009 says why no library reads them.
"""

import hashlib
import itertools
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from contracts.team_profile import AmiTransport

Message = Mapping[str, str]

GREETING = b"Asterisk Call Manager/"
TIMEOUT_S = 5.0
UNSENT_MS = 10_000
LONGEST_LINE = 8192


class AmiGone(Exception):
    """There is no connection, or no answer came in time; the message says which."""


class AmiUntrusted(AmiGone):
    """The server could not prove who it is."""


class AmiDenied(Exception):
    """The user or the secret is wrong, or the user may not do this."""


class AmiRefused(Exception):
    """The action had no effect; the message is Asterisk's."""


@dataclass(frozen=True)
class AmiAccount:
    """Where to log in, and as whom."""

    host: str
    port: int
    transport: AmiTransport
    user: str
    secret: str
    ca_certificate: str | None = None
    """PEM; without it, the system's authorities count."""


class Ami:
    """One connection that is logged in. Any thread may ask, several at the same time."""

    def __init__(self, account: AmiAccount, on_event: Callable[[Message], None]) -> None:
        """Raises AmiGone, AmiUntrusted, AmiDenied."""
        self._on_event = on_event
        self._action_ids = map(str, itertools.count(1))
        self._waiting: dict[str, queue.SimpleQueue[Message | None]] = {}
        self._sending = threading.Lock()
        self.is_open = True
        self._socket = _connect(account)
        reader = threading.Thread(target=self._read, name="ami", daemon=True)
        reader.start()
        try:
            self._log_in(account)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Everybody who waits is told that it is gone."""
        self.is_open = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for answers in list(self._waiting.values()):
            answers.put(None)

    def ask(self, action: str, **headers: str) -> list[Message]:
        """The response, and the events of the list that it begins.

        Raises AmiRefused, AmiDenied, AmiGone.
        """
        if any("\r" in value or "\n" in value for value in headers.values()):
            raise AmiRefused("a value has more than one line")
        action_id = next(self._action_ids)
        answers = self._waiting[action_id] = queue.SimpleQueue()
        try:
            self._send({"Action": action, "ActionID": action_id, **headers})
            return list(_whole(answers))
        finally:
            del self._waiting[action_id]

    def _log_in(self, account: AmiAccount) -> None:
        """By challenge, so that the secret itself never leaves."""
        challenge = self.ask("Challenge", AuthType="MD5")[0]["Challenge"]
        key = hashlib.md5(f"{challenge}{account.secret}".encode()).hexdigest()  # noqa: S324
        try:
            self.ask("Login", AuthType="MD5", Username=account.user, Key=key, Events="on")
        except AmiRefused as error:
            raise AmiDenied(str(error)) from error

    def _send(self, headers: Message) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        try:
            with self._sending:
                self._socket.sendall(f"{lines}\r\n".encode())
        except OSError as error:
            raise AmiGone(str(error)) from error

    def _read(self) -> None:
        with suppress(OSError, ValueError), self._socket.makefile("rb") as lines:
            for message in _messages(lines):
                answers = self._waiting.get(message.get("ActionID", ""))
                if answers is not None:
                    answers.put(message)
                elif "Event" in message:
                    self._on_event(message)
        self.close()
        self._on_event({})  # whoever waits for one looks whether we are open


def _connect(account: AmiAccount) -> socket.socket:
    address = (account.host.strip("[]"), account.port)
    try:
        connection = socket.create_connection(address, TIMEOUT_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNSENT_MS)
        if account.transport is AmiTransport.TLS:
            context = ssl.create_default_context(cadata=account.ca_certificate)
            connection = context.wrap_socket(connection, server_hostname=address[0])
        greeting = connection.recv(len(GREETING))
        connection.settimeout(None)
    except ssl.SSLError as error:
        raise AmiUntrusted(str(error)) from error
    except OSError as error:
        raise AmiGone(error.strerror or str(error)) from error
    if greeting != GREETING:
        connection.close()
        raise AmiGone("the port is not Asterisk's manager interface")
    return connection


def _messages(lines: BinaryIO) -> Iterator[Message]:
    """Until the connection ends; the rest of the greeting is a line without a key."""
    headers: dict[str, str] = {}
    while line := lines.readline(LONGEST_LINE):
        name, separator, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
        if separator:
            headers[name] = value
        elif headers and not name:
            yield headers
            headers = {}


def _whole(answers: "queue.SimpleQueue[Message | None]") -> Iterator[Message]:
    """What belongs to one action, until its end."""
    while True:
        try:
            message = answers.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise AmiGone("no answer in time") from None
        if message is None:
            raise AmiGone("the connection was closed")
        if message.get("Response") == "Error":
            text = message.get("Message", "")
            raise AmiDenied(text) if text == "Permission denied" else AmiRefused(text)
        yield message
        if message.get("EventList", "").lower() != "start" and "Response" in message:
            return
        if message.get("EventList") == "Complete":
            return
