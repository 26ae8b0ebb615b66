"""Which instance a server's name means: a profile file, a well-known URL, else the name alone."""

import ipaddress
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError

from contracts.errors import InvalidRequest
from contracts.identity import Host
from contracts.instance import InstanceProfile, SipServer

log = structlog.get_logger(__name__)

WELL_KNOWN = "/.well-known/handset.json"
WELL_KNOWN_TIMEOUT_S = 1.5
LARGEST_PROFILE_BYTES = 256 * 1024
_host: TypeAdapter[str] = TypeAdapter(Host)
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,63}$")
_HOST_AND_PORT = re.compile(r"^(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})$")


class Instances:
    """Finds profiles; the admin's files come first."""

    def __init__(self, directories: list[Path]) -> None:
        self._directories = directories
        self._fetching = ThreadPoolExecutor(2, "served profile")

    def find(self, server: str, instance: str | None, *, may_fetch: bool) -> InstanceProfile:
        """The profile for what was typed as server.

        What stands behind the "@" of the user is a domain if it looks like one, on a server that
        has no profile. Raises InvalidRequest if a name cannot be one, or a profile file is broken.
        """
        profile = self.published(server) if may_fetch else self._from_file(server)
        return profile or _from_name(server, instance)

    def published(self, server: str) -> InstanceProfile | None:
        """What the admin or the server itself tells; None if that is nothing."""
        profile = self._from_file(server)
        if profile is None and not _HOST_AND_PORT.match(server):
            profile = self._from_well_known(server)
        return profile

    def _from_file(self, name: str) -> InstanceProfile | None:
        if not _NAME.match(name):
            return None
        for directory in self._directories:
            path = directory / f"{name.lower()}.toml"
            if path.is_file():
                try:
                    return InstanceProfile.model_validate(tomllib.loads(path.read_text()))
                except (ValidationError, tomllib.TOMLDecodeError) as error:
                    log.error("instance profile broken", name=name, error=str(error))
                    raise InvalidRequest(f"the instance profile {path.name} is broken") from error
        return None

    def _from_well_known(self, server: str) -> InstanceProfile | None:
        """Whatever DNS or the server do, this ends in time: a name look-up has no deadline."""
        if not _is_name(server):
            return None
        fetching = self._fetching.submit(_fetch, server)
        try:
            text = fetching.result(WELL_KNOWN_TIMEOUT_S)
            return InstanceProfile.model_validate_json(text) if text else None
        except (TimeoutError, httpx.HTTPError):
            return None
        except ValidationError as error:
            log.warning("served profile broken", server=server, error=str(error))
            return None


def _fetch(server: str) -> bytes | None:
    url = f"https://{server}{WELL_KNOWN}"
    with httpx.stream("GET", url, timeout=WELL_KNOWN_TIMEOUT_S) as response:
        if response.status_code != httpx.codes.OK:
            return None
        text = b""
        for part in response.iter_bytes():
            text += part
            if len(text) > LARGEST_PROFILE_BYTES:
                return None
    return text


def _is_name(server: str) -> bool:
    """A domain name, which alone can have a certificate."""
    try:
        _host.validate_python(server)
        ipaddress.ip_address(server.strip("[]"))
    except ValidationError:
        return False
    except ValueError:
        return True
    return False


def _from_name(server: str, instance: str | None) -> InstanceProfile:
    match = _HOST_AND_PORT.match(server)
    host = match["host"] if match else server
    port = int(match["port"]) if match else None
    domain = instance if instance and "." in instance and instance != host else None
    sip = SipServer(host=host if domain else None, port=port)
    try:
        return InstanceProfile(name=host[:64], domain=domain or host, sip=sip)
    except ValidationError as error:
        raise InvalidRequest(f"{server} is not the name of a server", field="server") from error
