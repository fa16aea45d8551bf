"""Files that a browser keeps rather than shows."""

from typing import Any, Final

from fastapi import Response

CSV_RESPONSE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "CSV (RFC 4180), UTF-8", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


def csv_response(text: str, name: str) -> Response:
    """Answer with a CSV file of that name; the mark at its beginning tells spreadsheets that it is UTF-8."""
    return Response(
        "\ufeff" + text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
