"""Serves the site on the address of the settings: `python -m classroom.web`."""

import uvicorn

from classroom.settings import Settings
from classroom.web.app import create_site


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    uvicorn.run(
        create_site(settings),
        host=settings.host,
        port=settings.portal_port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
        server_header=False,
    )


if __name__ == "__main__":
    main()
