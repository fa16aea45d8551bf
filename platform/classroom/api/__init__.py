"""FastAPI: the HTTP interface under /api/v1."""
