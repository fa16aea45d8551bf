"""Wire types of private chains."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import In, Name, Out


class ChainIn(In):
    """A private chain that is wanted."""

    name: Name = Field(default="notebook", description="which of one's chains; the one of this name if there is one")


class ChainOut(Out):
    """A private chain, and where it is talked to in JSON-RPC."""

    id: UUID
    name: str
    chain_id: int = Field(description="what the chain answers to `eth_chainId`")
    rpc_path: str = Field(description="path of the JSON-RPC endpoint; send the same bearer token")
    entries: int = Field(description="how often it was changed")
    max_entries: int = Field(description="how often it may be changed")
    created_at: datetime
