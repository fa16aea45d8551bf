"""Private chains to experiment on: made, listed, deleted. What happens on one goes through its `rpc_path`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response
from starlette.concurrency import run_in_threadpool

from classroom import chains
from classroom.api.deps import InAnyone, InServices, Services, check_no_ones
from classroom.api.problems import documented
from classroom.api.routes import rpc
from classroom.api.routing import api_router
from classroom.errors import NotFound
from classroom.models import Chain
from classroom.schemas import ChainIn, ChainOut
from classroom.settings import Settings
from evmbox.chain import CHAIN_ID

router = api_router("chains", 401, 403, 422, 503)


@router.post("/chains", status_code=201, responses={200: {"model": ChainOut}, **documented(409, 413, 415)})
def create_chain(order: ChainIn, identity: InAnyone, services: InServices, response: Response) -> ChainOut:
    """Give one's chain of that name: a new one, or with status 200 the one there is."""
    with services.database.unit_of_work() as work:
        chain, is_new = chains.create(work.session, identity.owner, order.name, settings=services.settings)
    response.status_code = 201 if is_new else 200
    return _out(chain, services.settings)


@router.get("/chains")
def list_chains(identity: InAnyone, services: InServices) -> list[ChainOut]:
    """List one's chains, the oldest first."""
    with services.database.read() as session:
        return [_out(chain, services.settings) for chain in chains.of_owner(session, identity.owner)]


@router.delete("/chains/{chain_id}", status_code=204, responses=documented(404))
async def delete_chain(
    chain_id: Annotated[UUID, Path(description="the chain's id")], identity: InAnyone, services: InServices
) -> None:
    """Delete a chain with all that happened on it."""
    await run_in_threadpool(_delete, services, chain_id, identity.owner)
    await services.chains.forget(chain_id)


def _delete(services: Services, chain_id: UUID, owner: chains.Owner) -> None:
    try:
        with services.database.unit_of_work() as work:
            chains.delete(work.session, chain_id, owner)
    except NotFound:
        check_no_ones(services, chain_id)
        raise


def _out(chain: Chain, settings: Settings) -> ChainOut:
    return ChainOut(
        id=chain.id,
        name=chain.name,
        chain_id=CHAIN_ID,
        rpc_path=f"{rpc.PREFIX}/{chain.id}",
        entries=chain.entries,
        max_entries=settings.chain_entries,
        created_at=chain.created_at,
    )
