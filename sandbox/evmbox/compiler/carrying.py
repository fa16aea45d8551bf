"""What a debugger needs of a compile, as JSON: for one who has the source and asks where the chain is."""

from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from evmbox.compiler.compilation import Artifact, Compilation, Details

_HEX = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex")
_CARRIED: TypeAdapter[tuple[Details, dict[str, Artifact]]] = TypeAdapter(
    tuple[Details, dict[str, Artifact]], config=_HEX
)


def to_carry(compilation: Compilation) -> list[Any] | None:
    """Give what is to be carried; None where the compilation has no details."""
    if compilation.details is None:
        return None
    carried: list[Any] = _CARRIED.dump_python((compilation.details, compilation.artifacts), mode="json")
    return carried


def carried(told: Any) -> Compilation:
    """Read what was carried. Raises `ValueError` where it is nothing of the kind."""
    try:
        details, artifacts = _CARRIED.validate_json(TypeAdapter(Any).dump_json(told))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return Compilation(artifacts=artifacts, details=details)
