"""What we tell others of ourselves: as the person chose, or away by itself."""

from contracts.presence import ChosenPresence, OwnPresence, Show

_THERE = (Show.AVAILABLE, Show.CHAT)


def chosen(known: OwnPresence, show: Show, status: str) -> OwnPresence:
    """As the person wants it, whatever was before."""
    return known.model_copy(update={"show": show, "status": status, "instead_of": None})


def absent(known: OwnPresence, status: str) -> OwnPresence:
    """Away by itself; whoever chose something else than being there keeps it."""
    if known.instead_of is not None or known.show not in _THERE:
        return known
    before = ChosenPresence(show=known.show, status=known.status)
    return known.model_copy(update={"show": Show.AWAY, "status": status, "instead_of": before})


def returned(known: OwnPresence) -> OwnPresence:
    """As it was chosen."""
    if (before := known.instead_of) is None:
        return known
    return chosen(known, before.show, before.status)
