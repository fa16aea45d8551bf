"""What both servers serve to everybody: that they are ready, and the files of their pages."""

from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Final

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

LOOPBACK: Final = "127.0.0.1"
PING_MS: Final = 15_000
PONG_WITHIN_MS: Final = 40_000
"""How long a page may say nothing before its connection counts as lost. The server looks once in `PING_MS`, and first
before any ping was sent: not longer than that, and every connection would be closed at the first look."""

PINGS: Final = {"ws_ping_interval": PING_MS, "ws_ping_timeout": PONG_WITHIN_MS}
STATIC: Final = Path(__file__).parent / "static"


def policy(directives: Mapping[str, str]) -> str:
    """Write a Content-Security-Policy."""
    return "; ".join(f"{directive} {sources}" for directive, sources in directives.items())


class Health(web.RequestHandler):
    """Tells whoever started this server that it is ready."""

    @allow_unauthenticated
    def get(self) -> None:
        """Say so."""
        self.finish({"status": "ok"})


class Files(web.StaticFileHandler):
    """Files that are everybody's: scripts, styles, fonts."""

    @allow_unauthenticated
    def head(self, path: str) -> Awaitable[None]:
        """Tell of a file."""
        return super().head(path)

    @allow_unauthenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        """Serve a file."""
        await super().get(path, include_body)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - the signature is tornado's
        """Keep browsers from guessing what a file is."""
        self.set_header("X-Content-Type-Options", "nosniff")
