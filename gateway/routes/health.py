"""How the stack is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from flask import Response
from redis import RedisError

from bus.codec import within
from bus.room import require_room, store_error
from contracts import VERSION
from contracts.errors import ContractError, StorageFull
from contracts.health import Health, HealthState, PartHealth
from gateway.api import Api
from gateway.parts import parts

api = Api("health")

TIMEOUT_S = 4.0


@api.operation("GET", "/healthz", is_public=True)
def health() -> Response:
    """Every part of the stack; status 503 if one of them is down."""
    questions = {
        "sip": within(TIMEOUT_S, parts().sip).health,
        "chat": within(TIMEOUT_S, parts().chat).health,
        "directory": within(TIMEOUT_S, parts().directory).health,
        "journal": within(TIMEOUT_S, parts().journal).health,
        "teams": within(TIMEOUT_S, parts().teams).health,
    }
    with ThreadPoolExecutor(len(questions)) as askers:
        answers = askers.map(_service, questions, questions.values())
    found = [_broker(), _store(), *chain.from_iterable(answers)]
    is_up = all(part.state is HealthState.UP for part in found)
    health = Health(
        state=HealthState.UP if is_up else HealthState.DOWN, version=VERSION, parts=found
    )
    return Response(health.model_dump_json(), 200 if is_up else 503, mimetype="application/json")


def _broker() -> PartHealth:
    is_up = parts().bus.is_connected()
    return PartHealth(part="rabbitmq", state=HealthState.UP if is_up else HealthState.DOWN)


def _store() -> PartHealth:
    try:
        parts().preferences.check()
        require_room(parts().settings)
    except RedisError as error:
        return PartHealth(part="redis", state=HealthState.DOWN, detail=store_error(error).code)
    except StorageFull as error:
        return PartHealth(part="redis", state=HealthState.DOWN, detail=error.code)
    return PartHealth(part="redis", state=HealthState.UP)


def _service(name: str, ask: Callable[[], list[PartHealth]]) -> list[PartHealth]:
    try:
        found = ask()
    except ContractError as error:
        return [PartHealth(part=name, state=HealthState.DOWN, detail=error.code)]
    own = PartHealth(part=name, state=HealthState.UP)
    # each service's view of Redis counts, but it is named only where it differs from ours
    return [
        own,
        *(each for each in found if each.part != "redis" or each.state is HealthState.DOWN),
    ]
