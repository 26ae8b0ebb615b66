"""What has ended is destroyed at once, or never."""

import weakref

from services.sip.engine.endings import Endings


class Proxy:
    """As SWIG makes them: `this` says whether the library's object is destroyed with it."""

    def __init__(self) -> None:
        self.this = self
        self.is_owned = True

    def disown(self) -> None:
        self.is_owned = False


def test_what_only_knows_itself_is_destroyed_at_once():
    endings, proxy = Endings(), Proxy()
    reference = weakref.ref(proxy)
    endings.add(proxy)
    del proxy
    endings.settle()
    assert reference() is None


def test_what_somebody_still_holds_is_never_destroyed():
    endings, held = Endings(), Proxy()
    endings.add(held)
    endings.settle()
    assert not held.is_owned
