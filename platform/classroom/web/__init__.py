"""Portal and instructor pages, rendered on the server."""
