"""Patches the process as a service's is, before all other imports: `pytest -p tests.monkey`."""

import warnings

with warnings.catch_warnings(action="ignore"):
    import eventlet

eventlet.monkey_patch()
