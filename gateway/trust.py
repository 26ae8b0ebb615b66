"""Who may speak to the gateway: our own pages under our own name, and programs."""

from flask import Flask, Response, request

from contracts.errors import ForbiddenOrigin

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data:"
)
DOCS_POLICY = CONTENT_SECURITY_POLICY + "; style-src 'self' 'unsafe-inline'"
"""Swagger UI sets styles inline; it runs on a page of its own."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), speaker-selection=(self), camera=(), geolocation=()",
}


def register(app: Flask, allowed_hosts: set[str]) -> None:
    """Check every request, and tell browsers what our pages may do."""

    @app.before_request
    def check() -> None:
        if request.path == "/healthz":
            return
        if request.host.lower() not in allowed_hosts:
            raise ForbiddenOrigin(f"{request.host} is not a name of this stack")
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2].lower() != request.host.lower():
            raise ForbiddenOrigin(f"pages of {origin} may not use this stack")
        is_cross_site = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if is_cross_site and request.method not in SAFE_METHODS:
            raise ForbiddenOrigin("this request was made by another site")

    @app.after_request
    def protect(response: Response) -> Response:
        is_docs = request.path == "/api/v1/docs"
        policy = DOCS_POLICY if is_docs else CONTENT_SECURITY_POLICY
        response.headers["Content-Security-Policy"] = policy
        response.headers.update(HEADERS)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
