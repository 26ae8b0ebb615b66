"""Converse.js, the peer for long conversations: a chat client that is a page alone.

It speaks to the server's WebSocket, as it does on a site; that one is not encrypted here.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page

from deploy.program import REPOSITORY, write
from tests.bench.chat_servers import WEB_HOST, Place
from tests.bench.painting import next_painted_at_ms, watch_for

NAME = "Converse.js"
_VERSION = "14.0.0"
_DIRECTORY = REPOSITORY / "build" / "converse"
_WITHIN_MS = 30_000
_PAGE = """<!doctype html>
<link rel="stylesheet" href="dist/converse.min.css">
<script type="module" src="dist/converse.min.js"></script>
<body><script type="module">
converse.plugins.add('bench', {{ initialize() {{
  const {{ api }} = this._converse
  api.listen.on('rosterContactsFetched', () => (window.openChat = (jid) => api.chats.open(jid)))
}} }})
converse.initialize({{
  jid: 'alice@practice', password: 'alice-practice', auto_login: true,
  websocket_url: 'ws://{host}:{port}/xmpp-websocket', discover_connection_methods: false,
  assets_path: '/dist/', view_mode: 'fullscreen', i18n: 'en', whitelisted_plugins: ['bench'],
  play_sounds: false, loglevel: 'error',
}})
</script></body>
"""


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Silent."""


class _Site(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A page that is closed does not wait for the rest."""


def fetch() -> Path:
    """Where it is; installed the first time."""
    package = _DIRECTORY / "node_modules" / "converse.js"
    if not (package / "dist" / "converse.min.js").exists():
        _DIRECTORY.mkdir(parents=True, exist_ok=True)
        npm = (str(REPOSITORY / "deploy" / "npm"), "--prefix", str(_DIRECTORY), "install")
        flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run((*npm, *flags, f"converse.js@{_VERSION}"), check=True)
    return package


@contextmanager
def site(place: Place) -> Iterator[str]:
    """Its address."""
    root = place.directory / "converse"
    root.mkdir()
    (root / "dist").symlink_to(fetch() / "dist")
    write(root / "index.html", _PAGE.format(host=WEB_HOST, port=place.practice.http_port))
    handler = partial(_Files, directory=str(root))
    with _Site(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


def open_ms(place: Place, address: str, jid: str) -> float:
    """From the command to open a conversation to its newest messages, in a fresh profile."""
    context = place.chromium.start()
    page: Page = context.pages[0]
    page.route("https://*/**", lambda route: route.abort())  # logos of its sponsors
    page.goto(address)
    page.wait_for_function("window.openChat !== undefined", timeout=_WITHIN_MS)
    watch_for(page, "converse-chat-message .chat-msg")
    started_at_ms: float = page.evaluate(
        "(jid) => { const now = Date.now(); void openChat(jid); return now }", jid
    )
    took_ms = next_painted_at_ms(page) - started_at_ms
    context.close()
    return took_ms
