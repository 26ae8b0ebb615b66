"""A practice server that encrypts the sound in another way than usual."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.program import write

SDES = "media_encryption=sdes"
DTLS = "media_encryption=dtls\ndtls_auto_generate_cert=yes"
NOTHING = "media_encryption=no"


@contextmanager
def encrypting(server: PracticeServer, how: str) -> Iterator[None]:
    """With every endpoint, until the end."""
    configuration = server.directory / "asterisk" / "etc" / "pjsip.conf"
    usual = configuration.read_text()
    assert SDES in usual
    try:
        _reload(server, configuration, usual.replace(SDES, how))
        yield
    finally:
        _reload(server, configuration, usual)


def _reload(server: PracticeServer, configuration: Path, content: str) -> None:
    write(configuration, content)
    asterisk_says(server, "module reload res_pjsip.so")
