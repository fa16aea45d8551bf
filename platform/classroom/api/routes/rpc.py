"""Ethereum JSON-RPC 2.0 of private chains, for web3.py, cast and wallets. The status is 200 also where a call fails."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from classroom.api.deps import InAnyone, InServices, check_no_ones
from classroom.api.routing import api_router, is_json
from classroom.errors import NotFound

PREFIX: Final = "/rpc"
_CALL: Final = {
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": {"type": ["string", "integer", "null"]},
        "method": {"type": "string", "examples": ["eth_chainId"]},
        "params": {"type": "array"},
    },
}
_EXAMPLE: Final = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
_ANSWER: Final = {"jsonrpc": "2.0", "id": 1, "result": "0x539"}

router = api_router("rpc", 401, 403, 404, 413, 415, 422, prefix=PREFIX)


@router.post(
    "/{chain_id}",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"example": _ANSWER}}},
        204: {"description": "notifications only"},
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": _CALL, "example": _EXAMPLE}}}
    },
)
async def call(
    chain_id: Annotated[UUID, Path(description="the chain's id")],
    request: Request,
    identity: InAnyone,
    services: InServices,
) -> Response:
    """Call methods of a chain: one, or a batch. What goes wrong with them is told as JSON-RPC has it."""
    if not is_json(request.headers.get("content-type", "")):
        raise HTTPException(415, "Send JSON, with the header Content-Type: application/json.")
    body = await request.body()
    try:
        answer = await services.chains.answer(chain_id, identity.owner, body)
    except NotFound:
        await run_in_threadpool(check_no_ones, services, chain_id)
        raise
    return Response(answer, media_type="application/json") if answer else Response(status_code=204)
