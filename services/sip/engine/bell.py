"""Ends a poll of the library at once, from any thread.

pjsua2 has no such thing, so the C library below it is told to listen to a socket of ours, too
(pjlib's pj/ioqueue.h), and we write to its other end.
"""

import ctypes
import socket
from contextlib import suppress

import _pjsua2

_PENDING = 70002
"""PJ_EPENDING: the library calls back once there is something to read."""
_POOL_BYTES = 1024
_OP_KEY_POINTERS = 34
"""pj_ioqueue_op_key_t: 32 of the library's, two for its users."""

_ReadComplete = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)


class _Callbacks(ctypes.Structure):
    """pj_ioqueue_callback."""

    _fields_ = (
        ("on_read_complete", _ReadComplete),
        ("on_write_complete", ctypes.c_void_p),
        ("on_accept_complete", ctypes.c_void_p),
        ("on_connect_complete", ctypes.c_void_p),
    )


class Bell:
    """Made when the endpoint has been initialised; lives as long as the process."""

    def __init__(self) -> None:
        library = ctypes.CDLL(_pjsua2.__file__)
        pool_create = library.pjsua_pool_create
        get_endpoint = library.pjsua_get_pjsip_endpt
        get_ioqueue = library.pjsip_endpt_get_ioqueue
        for function in (pool_create, get_endpoint, get_ioqueue):
            function.restype = ctypes.c_void_p
        self._recv = library.pj_ioqueue_recv
        self._ring, self._hear = socket.socketpair()
        self._ring.settimeout(0)
        self._buffer = ctypes.create_string_buffer(64)
        self._op_key = (ctypes.c_void_p * _OP_KEY_POINTERS)()
        self._key = ctypes.c_void_p()
        self._callbacks = _Callbacks(on_read_complete=_ReadComplete(self._heard))
        status = library.pj_ioqueue_register_sock(
            ctypes.c_void_p(pool_create(b"bell", _POOL_BYTES, _POOL_BYTES)),
            ctypes.c_void_p(get_ioqueue(ctypes.c_void_p(get_endpoint()))),
            ctypes.c_long(self._hear.fileno()),
            None,
            ctypes.byref(self._callbacks),
            ctypes.byref(self._key),
        )
        if status != 0:
            raise RuntimeError(f"pj_ioqueue_register_sock: {status}")
        self._listen()

    def ring(self) -> None:
        """Whoever polls comes round now."""
        with suppress(BlockingIOError):  # it has been rung often enough
            self._ring.send(b"!")

    def _heard(self, _key: int, _op_key: int, _length: int) -> None:
        self._listen()

    def _listen(self) -> None:
        status = 0
        while status == 0:  # something was there already
            length = ctypes.c_ssize_t(len(self._buffer))
            status = self._recv(
                self._key, self._op_key, self._buffer, ctypes.byref(length), ctypes.c_uint(0)
            )
        if status != _PENDING:
            raise RuntimeError(f"pj_ioqueue_recv: {status}")
