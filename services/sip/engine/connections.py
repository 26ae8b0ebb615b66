"""TCP and TLS connections of the library, so that none outlives the trust that it was made with."""

import ctypes

import _pjsua2
import pjsua2 as pj

_library = ctypes.CDLL(_pjsua2.__file__)
_library.pjsip_transport_shutdown.argtypes = [ctypes.c_void_p]


class Connections:
    """Those that are established now."""

    def __init__(self) -> None:
        self._handles: set[int] = set()
        self._abandoned: set[int] = set()

    def changed(self, prm: pj.OnTransportStateParam) -> bool:
        """Whether it concerns a connection that was abandoned, and nobody any more."""
        if prm.state == pj.PJSIP_TP_STATE_CONNECTED:
            self._handles.add(prm.hnd)
        else:
            self._handles.discard(prm.hnd)
        is_abandoned = prm.hnd in self._abandoned
        if prm.state == pj.PJSIP_TP_STATE_DESTROY:
            self._abandoned.discard(prm.hnd)
        return is_abandoned

    def abandon(self) -> None:
        """Let no further request use them.

        The library would take a connection to the same address again, whoever vouched for it. Its
        Python face passes handles out as numbers and does not take them back: hence ctypes.
        """
        handles, self._handles = self._handles, set()
        self._abandoned |= handles
        for handle in handles:
            _library.pjsip_transport_shutdown(handle)
