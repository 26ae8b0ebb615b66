"""Subscriptions to the dialogs (RFC 4235) and to the presence (RFC 3856) of one number."""

from collections.abc import Callable
from typing import ClassVar

import pjsua2 as pj
import structlog

from contracts.identity import SipUri
from contracts.lamps import LampState
from contracts.sip import Remote
from services.sip.dialog_info import DialogInfo, NotUnderstood
from services.sip.engine.commands import Dialog
from services.sip.engine.registration import SipRegistration
from services.sip.pidf import presence_state
from services.sip.watching import EventPackage

log = structlog.get_logger(__name__)

RENEWED_AT_ONCE = {"deactivated", "timeout"}
"""Reasons after which the library subscribes anew half a second later (RFC 6665 section 4.1.3)."""


class Subscription(pj.Buddy):
    """Renewed by the library, which also asks again five minutes after a refusal."""

    package: ClassVar[EventPackage]

    def __init__(
        self,
        state: LampState | None,
        on_change: Callable[[], None],
        on_gap: Callable[[EventPackage], None],
    ) -> None:
        super().__init__()
        self.state = state
        """As it was told, perhaps to an earlier subscription. None: not yet; UNKNOWN: refused, or
        not to be understood."""
        self._on_change = on_change
        self._on_gap = on_gap

    def begin(self, registration: SipRegistration, uri: SipUri) -> None:
        configuration = pj.BuddyConfig()
        configuration.uri = uri
        configuration.subscribe = self.package is EventPackage.PRESENCE
        configuration.subscribe_dlg_event = self.package is EventPackage.DIALOG
        try:
            self.create(registration, configuration)
        except pj.Error as error:
            log.warning("not subscribed", package=self.package, reason=error.reason)
            self.state = LampState.UNKNOWN

    def told(self, body: str) -> None:
        """Take over what a NOTIFY tells. Raises NotUnderstood."""
        raise NotImplementedError

    def forget(self) -> None:
        """What comes now begins anew."""

    def onBuddyEvSubDlgEventState(self, prm: pj.OnBuddyEvSubStateParam) -> None:
        self._changed(prm)

    def onBuddyEvSubState(self, prm: pj.OnBuddyEvSubStateParam) -> None:
        self._changed(prm)

    def _changed(self, prm: pj.OnBuddyEvSubStateParam) -> None:
        event = prm.e.body
        message = event.tsxState.src.rdata.wholeMsg or event.rxMsg.rdata.wholeMsg
        if message.startswith("NOTIFY"):
            self._notified(message.partition("\r\n\r\n")[2])
        info = self.getInfo()
        if info.subState == pj.PJSIP_EVSUB_STATE_TERMINATED:
            self._ended(info.subTermCode, info.subTermReason)
        self._on_change()

    def _notified(self, body: str) -> None:
        if not body:
            return
        try:
            self.told(body)
        except NotUnderstood as error:
            log.warning("notification not understood", package=self.package, reason=str(error))
            self.state = LampState.UNKNOWN
            self._on_gap(self.package)

    def _ended(self, sip_status: int, reason: str) -> None:
        self.forget()
        is_too_late = sip_status == pj.PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
        if not is_too_late and reason not in RENEWED_AT_ONCE:
            log.info("subscription refused", package=self.package, sip_status=sip_status)
            self.state = LampState.UNKNOWN


class DialogSubscription(Subscription):
    """Tells whether somebody is called, by whom, and whether they talk."""

    package = EventPackage.DIALOG

    def __init__(
        self,
        state: LampState | None,
        on_change: Callable[[], None],
        on_gap: Callable[[EventPackage], None],
    ) -> None:
        super().__init__(state, on_change, on_gap)
        self._dialogs = DialogInfo()

    @property
    def caller(self) -> Remote | None:
        ringing = self._dialogs.ringing
        return ringing.remote if ringing else None

    @property
    def ringing(self) -> Dialog | None:
        ringing = self._dialogs.ringing
        return ringing.identity if ringing else None

    def told(self, body: str) -> None:
        self._dialogs.apply(body)
        self.state = self._dialogs.state

    def forget(self) -> None:
        self._dialogs = DialogInfo()


class PresenceSubscription(Subscription):
    """Tells whether a phone is there, and whether it is used."""

    package = EventPackage.PRESENCE

    def told(self, body: str) -> None:
        self.state = presence_state(body)
