"""Compiling and trying out while writing: nothing is kept, nothing is graded, and a fresh notebook may do it too."""

from classroom.api.deps import InAnyone, InServices
from classroom.api.routing import api_router
from classroom.schemas import CompileIn, CompileOut, ScenarioIn, ScenarioOut, TraceIn, TraceOut
from evmbox.compiler import Language
from evmbox.versions import SOLC_VERSION

router = api_router("sandbox", 401, 403, 404, 413, 415, 422, 429, 503)


@router.post("/compile")
def compile_source(order: CompileIn, identity: InAnyone, services: InServices) -> CompileOut:
    """Compile a source or, with `check_only`, only type-check it. A mistake in it is data, with status 200."""
    exercise = services.catalog.exercise(order.exercise_id) if order.exercise_id else None
    language = Language.YUL if order.language == "yul" else Language.SOLIDITY
    return services.scratch.compile(
        identity.fair_share,
        order.source,
        check_only=order.check_only,
        exercise=exercise,
        language=language,
        solc=order.solc or SOLC_VERSION,
        bytecode=order.bytecode,
        layouts=order.layouts,
        debugging=order.debugging,
    )


@router.post("/scenarios")
def run_scenario(order: ScenarioIn, identity: InAnyone, services: InServices) -> ScenarioOut:
    """Take steps on an empty chain with accounts that have names. The same scenario gives the same answer."""
    exercise = services.catalog.exercise(order.exercise_id) if order.exercise_id else None
    return services.scratch.scenario(
        identity.fair_share, order.source, order.steps, exercise=exercise, state=order.state
    )


@router.post("/traces")
def trace_step(order: TraceIn, identity: InAnyone, services: InServices) -> TraceOut:
    """Tell what happens in one step of a scenario: calls, lines, variables, gas, and instructions by page."""
    exercise = services.catalog.exercise(order.exercise_id) if order.exercise_id else None
    return services.scratch.trace(identity.fair_share, order, exercise=exercise)
