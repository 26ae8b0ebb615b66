"""The built web page and its assets, and the name of its build, by which a page knows its age."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from contracts.errors import NotFound

FOREVER_S = 365 * 24 * 3600
BUILD_HEADER = "Handset-Build"
_BUILD = re.compile(rb'<meta name="build" content="([0-9a-f]+)"')


def register(app: Flask, web_directory: Path) -> None:
    """Serve the page on every path that is not the API's; assets have hashes in their names."""
    directory = web_directory.resolve()
    public_files = {each.name for each in directory.glob("*") if each.suffix != ".html"}

    @app.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        response = send_from_directory(directory / "assets", name, max_age=FOREVER_S)
        response.headers["Cache-Control"] = f"public, max-age={FOREVER_S}, immutable"
        return response

    @app.get("/api/v1/docs")
    def docs() -> Response:
        return _page("docs.html")

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def page(path: str) -> Response:
        if path.startswith("api/"):
            raise NotFound(path)
        is_file = path in public_files
        return _page(path if is_file else "index.html")

    @app.after_request
    def name_build(response: Response) -> Response:
        if request.path.startswith("/api/") and (build := _build(directory / "index.html")):
            response.headers[BUILD_HEADER] = build
        return response

    def _page(name: str) -> Response:
        response = send_from_directory(directory, name)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _build(page: Path) -> str | None:
    """The build that is served now; an update may have replaced it. None if there is no page."""
    try:
        return _build_in(page, page.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1)
def _build_in(page: Path, _changed_at_ns: int) -> str | None:
    found = _BUILD.search(page.read_bytes())
    return found[1].decode() if found else None
