"""The practice server: Asterisk, Prosody and robots, with users alice, bob and carol."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.ports import allot_block
from deploy.practice import AMI_SECRET, CHAT_HOST, HOST, USERS, certificates
from deploy.program import LOOPBACK, Program, port_answers, socket_answers, write

ROBOTS = ("bob-robot", "carol-robot", "callback")
_TEAMS = """
[teams]
pause_reasons = ["Nacharbeit", "Vorbereitung"]

[teams.ami]
port = {ami_port}

[[teams.queues]]
queue = "sales"
name = "Vertrieb"
number = "610"
flexible_members = {users}

[[teams.queues]]
queue = "support"
name = "Support"
number = "620"
flexible_members = {users}
"""
_SOURCE = Path(__file__).parent
_FETCH_ASTERISK = _SOURCE / "asterisk" / "fetch"

_UNWANTED = ("users.conf", "stasis.conf", "cdr_custom.conf")  # samples that only cause warnings


@dataclass(frozen=True)
class PracticeServer:
    """What its programs have in common. Make one with `PracticeServer.create`."""

    directory: Path
    first_port: int
    address: str
    """Where it listens."""
    host: str
    """How others reach it."""

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        address: str = LOOPBACK,
        host: str = LOOPBACK,
        first_port: int | None = None,
    ) -> "PracticeServer":
        """Directory, certificates, ports and profile are made once and found again later."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in ("certificates", "instances", "asterisk", "prosody", "robots", "run", "log"):
            (directory / part).mkdir(exist_ok=True, mode=0o700)
        certificates.create(directory / "certificates", host)
        server = cls(directory, first_port or allot_block(directory), address, host)
        write(server.instances / "practice.toml", server.profile())
        return server

    @property
    def sip_port(self) -> int:
        """UDP and TCP."""
        return self.first_port

    @property
    def chat_host(self) -> str:
        """How others reach Prosody: in containers it has an address of its own."""
        return CHAT_HOST if self.host == HOST else self.host

    @property
    def sips_port(self) -> int:
        return self.first_port + 1

    @property
    def xmpp_port(self) -> int:
        return self.first_port + 2

    @property
    def http_port(self) -> int:
        """Where Prosody takes uploaded files."""
        return self.first_port + 3

    @property
    def ami_port(self) -> int:
        """Asterisk's manager interface, by TLS; the next one is the same without, on loopback."""
        return self.first_port + 4

    @property
    def instances(self) -> Path:
        """The directory that holds the instance profile."""
        return self.directory / "instances"

    @property
    def authority(self) -> Path:
        """The certificate that verifies the server's, as PEM."""
        return self.directory / "certificates" / certificates.AUTHORITY

    def profile(self, transport: str = "tls") -> str:
        """The instance profile, as TOML."""
        port = self.sips_port if transport == "tls" else self.sip_port
        return (
            'name = "practice"\n'
            'domain = "practice"\n'
            'region = "DE"\n'
            'voicemail_number = "*97"\n'
            'pick_up_prefix = "*8"\n'
            f"ca_certificate = '''\n{self.authority.read_text()}'''\n"
            "\n[sip]\n"
            f'host = "{self.host}"\n'
            f"port = {port}\n"
            f'transport = "{transport}"\n'
            "\n[xmpp]\n"
            f'host = "{self.chat_host}"\n'
            f"port = {self.xmpp_port}\n"
            "\n[parking]\n"
            'number = "700"\n'
            "first_slot = 701\n"
            "slots = 20\n"
            + "".join(
                "\n[[people]]\n"
                f'name = "{user.capitalize()}"\n'
                f'jid = "{user}@practice"\n'
                f'numbers = ["{number}"]\n'
                for user, number in USERS.items()
            )
            + _TEAMS.format(ami_port=self.ami_port, users=list(USERS))
        )

    def rendering(self, source: Path, /, **values: object) -> str:
        """A configuration file with its `@name@` places filled in."""
        text = source.read_text()
        keys = self.directory / "certificates"
        values["certificate"] = keys / certificates.CERTIFICATE
        values["private_key"] = keys / certificates.PRIVATE_KEY
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text


def programs(server: PracticeServer) -> list[Program]:
    """In the order of starting."""
    return [asterisk(server), prosody(server), robots(server), chat_robots(server)]


def asterisk(server: PracticeServer) -> Program:
    """The SIP side. Its files lie in directories of its own, so several run side by side."""
    root = _asterisk_root()
    directory = server.directory / "asterisk"
    for part in ("lib/keys", "spool/fax", "run", "log"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    stock = root / "etc" / "asterisk"
    shutil.copytree(stock, directory / "etc", dirs_exist_ok=True, ignore=lambda *_: _UNWANTED)
    for source in (_SOURCE / "asterisk" / "etc").iterdir():
        content = server.rendering(
            source,
            root=root,
            directory=directory,
            address=server.address,
            sip_port=server.sip_port,
            sips_port=server.sips_port,
            ami_port=server.ami_port,
            ami_tcp_port=server.ami_port + 1,
            ami_secret=AMI_SECRET,
            udptl_port_first=server.first_port + 80,
            udptl_port_last=server.first_port + 99,
            rtp_port_first=server.first_port + 100,
            rtp_port_last=server.first_port + 199,
        )
        write(directory / "etc" / source.name, content)
    argv = (*_asterisk_argv(server), "-f", "-n")
    return Program("asterisk", argv, partial(_asterisk_has_booted, server))


def asterisk_says(server: PracticeServer, command: str) -> str:
    """What a running Asterisk prints for a command of its console; nothing if it does not run."""
    argv = (*_asterisk_argv(server), "-r", "-x", command)
    return subprocess.run(argv, check=False, capture_output=True, text=True).stdout


def prosody(server: PracticeServer) -> Program:
    """The XMPP side. Accounts are made once; a changed password is kept."""
    directory = server.directory / "prosody"
    accounts = directory / "data" / "practice" / "accounts"
    accounts.mkdir(parents=True, exist_ok=True)
    for user in USERS:
        if not (accounts / f"{user}.dat").exists():  # Prosody replaces the password by its hash
            write(accounts / f"{user}.dat", f'return {{ ["password"] = "{user}-practice" }};\n')
    source = _SOURCE / "prosody"
    content = server.rendering(
        source / "prosody.cfg.lua",
        source=source,
        directory=directory,
        address=server.address,
        host=server.host,
        c2s_port=server.xmpp_port,
        http_port=server.http_port,
    )
    config = write(directory / "prosody.cfg.lua", content)
    argv = ("/usr/bin/prosody", "-F", "--config", str(config))
    return Program("prosody", argv, partial(port_answers, server.xmpp_port, host=server.address))


def robots(server: PracticeServer) -> Program:
    """Bob, carol and number 198 on the phone; ready when all are registered."""
    argv = (
        sys.executable,
        "-m",
        "deploy.practice.robots",
        str(server.directory / "robots"),
        f"{server.host}:{server.sip_port}",
        server.address,
        str(server.first_port + 20),
    )
    is_ready = partial(_robots_are_registered, server)
    return Program("robots", argv, is_ready, needs=("asterisk",))


def chat_robots(server: PracticeServer) -> Program:
    """Bob and carol in chat; ready when both are signed in."""
    socket = server.directory / "run" / "chat-robots.sock"
    argv = (
        sys.executable,
        "-m",
        "deploy.practice.chat_robots",
        str(socket),
        str(server.authority),
        server.chat_host,
        str(server.xmpp_port),
    )
    return Program("chat-robots", argv, partial(socket_answers, socket), needs=("prosody",))


def _asterisk_root() -> Path:
    return Path(subprocess.run([_FETCH_ASTERISK], check=True, stdout=-1, text=True).stdout.strip())


def _asterisk_argv(server: PracticeServer) -> tuple[str, ...]:
    root = _asterisk_root()
    config = server.directory / "asterisk" / "etc" / "asterisk.conf"
    libraries = ("--argv0", "asterisk", "--library-path", str(root / "lib"))
    return (str(root / "asterisk"), *libraries, str(root / "usr/sbin/asterisk"), "-C", str(config))


def _asterisk_has_booted(server: PracticeServer) -> bool:
    return "fully booted" in asterisk_says(server, "core waitfullybooted")


def _robots_are_registered(server: PracticeServer) -> bool:
    contacts = asterisk_says(server, "pjsip show contacts")
    return all(f" {robot}/" in contacts for robot in ROBOTS)
