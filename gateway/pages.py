"""The built web page and its assets."""

from pathlib import Path

from flask import Flask, Response, send_from_directory

from contracts.errors import NotFound

FOREVER_S = 365 * 24 * 3600


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

    def _page(name: str) -> Response:
        response = send_from_directory(directory, name)
        response.headers["Cache-Control"] = "no-cache"
        return response
