"""ejabberd as a chat server, with the people and certificates of the practice server."""

import ssl
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any, Self

import httpx

from deploy.ports import allot_block
from deploy.practice import USERS, certificates
from deploy.program import LOOPBACK, Program, port_answers, write
from deploy.testing import start, stop

DOMAIN = "practice"
_CONFIG = """
hosts: [ {domain} ]
loglevel: info
certfiles: [ "{certificates}/*.pem" ]
auth_password_format: scram
disable_sasl_mechanisms: [ plain, digest-md5, x-oauth2 ]
listen:
  - {{ port: {xmpp_port}, ip: "{address}", module: ejabberd_c2s, starttls_required: true }}
  - {{ port: {direct_tls_port}, ip: "{address}", module: ejabberd_c2s, tls: true }}
  - port: {http_port}
    ip: "{address}"
    module: ejabberd_http
    tls: true
    request_handlers: {{ /api: mod_http_api, /upload: mod_http_upload }}
acl:
  local: {{ user_regexp: "" }}
  loopback: {{ ip: 127.0.0.0/8 }}
access_rules:
  local: {{ allow: local }}
api_permissions:
  tests:
    from: [ mod_http_api ]
    who: {{ access: {{ allow: {{ acl: loopback }} }} }}
    what: "*"
modules:
  mod_admin_extra: {{}}
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_http_upload:
    docroot: "{directory}/uploads"
    put_url: "https://localhost:{http_port}/upload"
    max_size: {largest_bytes}
  mod_mam: {{ default: always, assume_mam_usage: true }}
  mod_muc: {{ host: rooms.{domain} }}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_private: {{}}
  mod_pubsub: {{ plugins: [ flat, pep ], access_createnode: local }}
  mod_roster: {{ versioning: true }}
  mod_stream_mgmt: {{ resend_on_timeout: if_offline }}
  mod_vcard: {{}}
"""


class Ejabberd:
    """The server of Debian's package, in directories and on ports of its own."""

    largest_bytes = 20_000_000

    def __init__(self, directory: Path) -> None:
        for part in ("keys", "certificates", "mnesia", "uploads", "log"):
            (directory / part).mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._first_port = allot_block(directory)
        certificates.create(directory / "keys")
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = start(self._program(), self._directory / "log")
        for user in USERS:
            self.does("register", user=user, host=DOMAIN, password=f"{user}-practice")
        self._makes_contacts("alice", "bob", group="Colleagues")
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            stop(self._process)

    @property
    def authority(self) -> Path:
        return self._directory / "keys" / certificates.AUTHORITY

    @property
    def xmpp_port(self) -> int:
        """With STARTTLS."""
        return self._first_port

    @property
    def direct_tls_port(self) -> int:
        return self._first_port + 1

    @property
    def _http_port(self) -> int:
        return self._first_port + 2

    def does(self, command: str, **arguments: Any) -> Any:
        """One of ejabberd's administrative commands."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        url = f"https://localhost:{self._http_port}/api/{command}"
        response = httpx.post(url, json=arguments, verify=trust)
        assert response.status_code == 200, response.text
        return response.json()

    def _makes_contacts(self, one: str, other: str, group: str) -> None:
        """Each sees the other's presence."""
        for owner, contact in ((one, other), (other, one)):
            self.does(
                "add_rosteritem",
                localuser=owner,
                localhost=DOMAIN,
                user=contact,
                host=DOMAIN,
                nick=contact.capitalize(),
                group=group,
                subs="both",
            )

    def _program(self) -> Program:
        keys = self._directory / "keys"
        pair = (keys / certificates.CERTIFICATE, keys / certificates.PRIVATE_KEY)
        write(
            self._directory / "certificates" / "server.pem",
            "".join(each.read_text() for each in pair),
            mode=0o600,
        )
        config = _CONFIG.format(
            domain=DOMAIN,
            address=LOOPBACK,
            directory=self._directory,
            certificates=self._directory / "certificates",
            xmpp_port=self.xmpp_port,
            direct_tls_port=self.direct_tls_port,
            http_port=self._http_port,
            largest_bytes=self.largest_bytes,
        )
        library = next(Path("/usr/lib").glob("*/ejabberd-*"))
        environment = {
            "HOME": str(self._directory),
            "ERL_LIBS": str(library.parent),
            "EJABBERD_CONFIG_PATH": str(write(self._directory / "ejabberd.yml", config)),
            "EJABBERD_LOG_PATH": str(self._directory / "log" / "ejabberd.log"),
        }
        mnesia = f'"{self._directory / "mnesia"}"'
        argv = ("/usr/bin/erl", "-noinput", "+S", "1:1", "-mnesia", "dir", mnesia, "-s", "ejabberd")
        return Program("ejabberd", argv, partial(port_answers, self._http_port), environment)
