"""One person's stack: its directory, secrets and ports, and the programs it is made of."""

import itertools
import secrets
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import amqp
from cryptography.fernet import Fernet
from redis import Redis
from redis.exceptions import RedisError

from deploy.ports import AUDIO_PORT, RTP_PORTS, allot_block
from deploy.practice import AMI_SECRET
from deploy.program import LOOPBACK, REPOSITORY, Program, port_answers, socket_listens, write

SERVICES = ("sip", "chat", "directory", "journal", "teams")
SERVICES_PROGRAM = "services"
_STORES = ("rabbitmq", "redis")
_RABBITMQ = Path("/usr/lib/rabbitmq")
_START_RABBITMQ = (
    f"setpriv --pdeathsig TERM epmd -address {LOOPBACK} & exec {_RABBITMQ}/bin/rabbitmq-server"
)


@dataclass(frozen=True)
class Stack:
    """What the programs of one stack have in common. Make one with `Stack.create`."""

    name: str
    directory: Path
    first_port: int
    gateway_port: int
    instances: tuple[Path, ...]
    """Directories with instance profiles."""
    host_audio: Path | None = None
    """Socket of the sound server of this machine."""

    @classmethod
    def create(
        cls,
        directory: Path,
        instances: tuple[Path, ...],
        *,
        name: str = "handset",
        gateway_port: int | None = None,
        host_audio: Path | None = None,
    ) -> "Stack":
        """Directory, secrets and ports are made the first time and found again later."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in ("secrets", "rabbitmq", "redis", "recordings", "avatars", "run", "log"):
            (directory / part).mkdir(exist_ok=True, mode=0o700)
        _create_secrets(directory / "secrets")
        first_port = allot_block(directory)
        port = gateway_port or first_port + 5
        return cls(name, directory, first_port, port, instances, host_audio)

    @property
    def amqp_port(self) -> int:
        return self.first_port

    @property
    def redis_port(self) -> int:
        return self.first_port + 3

    @property
    def audio_port(self) -> int:
        return self.first_port + AUDIO_PORT

    @property
    def engine_socket(self) -> Path:
        return self.directory / "run" / "sip-engine.sock"

    @property
    def chat_engine_socket(self) -> Path:
        return self.directory / "run" / "chat-engine.sock"

    @property
    def address(self) -> str:
        """What a person types into the browser."""
        return f"http://localhost:{self.gateway_port}"

    def secret(self, name: str) -> str:
        return (self.directory / "secrets" / name).read_text().strip()

    def environment(self) -> dict[str, str]:
        """Every setting of every program of this stack."""
        return {
            "HANDSET_STACK": self.name,
            "HANDSET_RABBITMQ_HOST": LOOPBACK,
            "HANDSET_RABBITMQ_PORT": str(self.amqp_port),
            "HANDSET_RABBITMQ_USER": "handset",
            "HANDSET_RABBITMQ_VHOST": "/",
            "HANDSET_REDIS_HOST": LOOPBACK,
            "HANDSET_REDIS_PORT": str(self.redis_port),
            "HANDSET_SECRETS_DIRECTORY": str(self.directory / "secrets"),
            "HANDSET_DATA_DIRECTORY": str(self.directory),
            "HANDSET_RECORDINGS_DIRECTORY": str(self.directory / "recordings"),
            "HANDSET_AVATARS_DIRECTORY": str(self.directory / "avatars"),
            "HANDSET_SIP_ENGINE_SOCKET": str(self.engine_socket),
            "HANDSET_CHAT_ENGINE_SOCKET": str(self.chat_engine_socket),
            **({"HANDSET_SIP_HOST_AUDIO_SOCKET": str(self.host_audio)} if self.host_audio else {}),
            "HANDSET_SIP_AUDIO_HOST": LOOPBACK,
            "HANDSET_SIP_AUDIO_PORT": str(self.audio_port),
            "HANDSET_SIP_RTP_PORT_FIRST": str(self.first_port + RTP_PORTS.start),
            "HANDSET_SIP_RTP_PORT_LAST": str(self.first_port + RTP_PORTS.stop - 1),
            "HANDSET_GATEWAY_HOST": LOOPBACK,
            "HANDSET_GATEWAY_PORT": str(self.gateway_port),
            "HANDSET_GATEWAY_INSTANCES": ":".join(map(str, self.instances)),
            "HANDSET_GATEWAY_WEB_DIRECTORY": str(REPOSITORY / "web" / "dist"),
        }


def programs(stack: Stack) -> list[Program]:
    """In the order of starting; they are stopped in the opposite one."""
    engines = [sip_engine(stack), chat_engine(stack)]
    return [rabbitmq(stack), redis(stack), *engines, services(stack), gateway(stack)]


def rabbitmq(stack: Stack) -> Program:
    """A broker with an Erlang port mapper of its own, so that it knows no other on this host."""
    directory = stack.directory / "rabbitmq"
    config = write(
        directory / "rabbitmq.conf",
        _common("rabbitmq/rabbitmq.conf")
        + f"listeners.tcp.1 = {LOOPBACK}:{stack.amqp_port}\n"
        + f"default_pass = {stack.secret('rabbitmq-password')}\n",
        mode=0o600,
    )
    write(directory / "enabled_plugins", "[].\n")
    environment = {
        "HOME": str(directory),
        "ERL_EPMD_PORT": str(stack.first_port + 1),
        "ERL_CRASH_DUMP": str(directory / "erl_crash.dump"),
        "RABBITMQ_DIST_PORT": str(stack.first_port + 2),
        "RABBITMQ_NODENAME": "handset@localhost",
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        "RABBITMQ_PLUGINS_DIR": str(_broker_alone(directory / "plugins")),
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}"
        " +sbwt none +sbwtdcpu none +sbwtdio none +S 1:1"  # one scheduler starts fastest
        + _code_path(),
        "RUNNING_UNDER_SYSTEMD": "true",  # no shell between us and the broker: SIGTERM reaches it
    }
    is_ready = partial(port_answers, stack.amqp_port, greeting=b"AMQP\0\0\x09\x01")
    return Program("rabbitmq", ("/bin/sh", "-c", _START_RABBITMQ), is_ready, environment, stop_s=20)


def redis(stack: Stack) -> Program:
    """A store that has written to the disk whatever it has confirmed."""
    directory = stack.directory / "redis"
    config = write(
        directory / "redis.conf",
        _common("redis/redis.conf") + f"bind {LOOPBACK}\n"
        f"port {stack.redis_port}\n"
        f"requirepass {stack.secret('redis-password')}\n"
        f'dir "{directory}"\n',
        mode=0o600,
    )
    is_ready = partial(_redis_answers, stack)
    return Program("redis", ("/usr/bin/redis-server", str(config)), is_ready)


def sip_engine(stack: Stack) -> Program:
    """The un-patched program that owns pjsua2. At SIGTERM it hangs up and unregisters."""
    argv = (sys.executable, "-m", "services.sip.engine")
    is_ready = partial(port_answers, stack.audio_port)
    return Program("sip-engine", argv, is_ready, stack.environment())


def chat_engine(stack: Stack) -> Program:
    """The un-patched program that owns slixmpp. At SIGTERM it goes offline."""
    argv = (sys.executable, "-m", "services.chat.engine")
    is_ready = partial(socket_listens, stack.chat_engine_socket)
    return Program("chat-engine", argv, is_ready, stack.environment())


def services(stack: Stack) -> Program:
    """The services on the bus, each a process of its own; ready when all take calls."""
    argv = (sys.executable, "-m", "bus.run", *SERVICES)
    return Program(
        SERVICES_PROGRAM,
        argv,
        lambda: all(service_listens(stack, name) for name in SERVICES),
        stack.environment(),
        needs=_STORES,
        stop_s=6,
    )


def gateway(stack: Stack) -> Program:
    """The way in. Ready when it answers, even if only to say what is missing."""
    address = f"{LOOPBACK}:{stack.gateway_port}"
    gunicorn = (sys.executable, "-m", "gunicorn", "-c", "gateway/gunicorn.conf.py")
    argv = (*gunicorn, "--bind", address, "gateway.wsgi:app")
    is_ready = partial(
        port_answers,
        stack.gateway_port,
        greeting=b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
    )
    return Program("gateway", argv, is_ready, stack.environment(), needs=_STORES)


def _broker_alone(directory: Path) -> Path:
    """What RabbitMQ looks through at its start, without plugins: it takes a third less time."""
    directory.mkdir(exist_ok=True)
    for link in directory.iterdir():
        link.unlink()
    for broker in _RABBITMQ.glob("lib/rabbitmq_server-*/plugins/rabbit-[0-9]*"):
        (directory / broker.name).symlink_to(broker)
    return directory


def _code_path() -> str:
    """Where the broker's own code lies, so that it is not looked for in every plugin: 37,000 times.

    It starts in half the time.
    """
    names = _common("rabbitmq/applications").split()
    places = (_RABBITMQ.glob("lib/rabbitmq_server-*/plugins"), Path("/usr/lib/erlang").glob("lib"))
    found = [
        each
        for place in itertools.chain(*places)
        for name in names
        for each in place.glob(f"{name}-[0-9]*/ebin")
    ]
    return "".join(f" -pa {each}" for each in found)


def _common(file: str) -> str:
    """What containers are configured with, too."""
    return (REPOSITORY / "deploy" / file).read_text()


def _create_secrets(directory: Path) -> None:
    fresh = {
        "rabbitmq-password": secrets.token_hex(24),
        "redis-password": secrets.token_hex(24),
        "vault-key": Fernet.generate_key().decode(),
        "audio-token": secrets.token_hex(24),
        "ami-secret": AMI_SECRET,  # until the admin of another PBX puts theirs
    }
    for name, value in fresh.items():
        if not (directory / name).exists():
            write(directory / name, f"{value}\n", mode=0o600)


def _redis_answers(stack: Stack) -> bool:
    try:
        with Redis(LOOPBACK, stack.redis_port, password=stack.secret("redis-password")) as client:
            return bool(client.ping())
    except RedisError:
        return False


def service_listens(stack: Stack, name: str) -> bool:
    """Whether it takes calls."""
    address = f"{LOOPBACK}:{stack.amqp_port}"
    password = stack.secret("rabbitmq-password")
    try:
        with amqp.Connection(address, "handset", password, connect_timeout=1) as broker:
            queue = broker.channel().queue_declare(f"rpc-{name}", passive=True)
            return bool(queue.consumer_count)
    except (amqp.AMQPError, OSError):
        return False
