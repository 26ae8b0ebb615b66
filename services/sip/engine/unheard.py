"""Dialogs that are not for the person's ears here."""

from contracts.errors import WrongCallState
from services.sip.engine.legs import Leg


class UnheardLeg(Leg):
    """Neither heard nor held here, so nothing that needs that can be done with it."""

    def wants_audio(self) -> bool:
        return False

    def set_hold(self, *, held: bool) -> None:
        self.require_confirmed()

    def require_confirmed(self) -> None:
        raise WrongCallState("not heard here", state=self.call.state)

    def require_transferable(self) -> None:
        self.require_confirmed()

    def _connect(self) -> None:
        """Wires do, if anything."""


class HiddenLeg(UnheardLeg):
    """No call of the person's: nobody outside of the engine is told of it."""
