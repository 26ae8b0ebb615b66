"""`python3 -m deploy up|down|status|logs`: with Docker where an engine answers, else without.

HANDSET_MODE=compose or HANDSET_MODE=local decides otherwise. Stacks keep their data when they
change from one to the other. Needs nothing but Python: what it starts installs what is missing.
"""

import os
import subprocess
import sys

from deploy import compose
from deploy.home import Failure, Home, fail_in_one_line
from deploy.program import REPOSITORY, write

MODES = ("compose", "local")


def main(command: str) -> None:
    """Run the command in the mode that is asked for, or that the stack was last up in."""
    try:
        home = Home()
        last = home.mode_file.read_text().strip() if home.mode_file.exists() else None
        mode = _chosen_mode(last if command != "up" else None)
        if command == "up":
            if last not in (None, mode):
                _leave(last, home)
            home.directory.mkdir(parents=True, exist_ok=True)
            write(home.mode_file, f"{mode}\n")
        _run(mode, command, home)
    except (Failure, OSError) as error:
        fail_in_one_line(error)
    except KeyboardInterrupt:
        sys.exit(130)


def _chosen_mode(last: str | None) -> str:
    asked = os.environ.get("HANDSET_MODE") or last
    if asked is None:
        return "compose" if compose.engine_answers() else "local"
    if asked not in MODES:
        raise Failure(f"HANDSET_MODE is compose or local, not {asked}")
    return asked


def _leave(mode: str, home: Home) -> None:
    """Stop what runs in the other mode; the practice server can be in one of them only."""
    if others := compose.other_stacks(home) if mode == "compose" else home.other_local_stacks():
        raise Failure(f"stack {others[0]} is up in mode {mode}; stop it first")
    _run(mode, "down", home)


def _run(mode: str, command: str, home: Home) -> None:
    if mode == "compose":
        compose.run(command, home)
        return
    if command == "up":
        _must_succeed(str(REPOSITORY / "deploy" / "install"))
    _must_succeed(str(REPOSITORY / ".venv/bin/python"), "-m", "deploy.local", command)


def _must_succeed(*argv: str) -> None:
    """What fails has said why."""
    ended = subprocess.run(argv, check=False, cwd=REPOSITORY)
    if ended.returncode:
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main(sys.argv[1])
