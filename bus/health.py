"""How the parts that every service has are."""

from redis import RedisError

from bus.store import Store
from contracts.health import HealthState, PartHealth


def redis_health(store: Store) -> PartHealth:
    """Whether Redis answers this service."""
    try:
        store.redis.ping()
    except RedisError as error:
        return PartHealth(part="redis", state=HealthState.DOWN, detail=type(error).__name__)
    return PartHealth(part="redis", state=HealthState.UP)
