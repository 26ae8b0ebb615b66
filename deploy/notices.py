"""`python -m deploy.notices` brings the tables of THIRD-PARTY.md up to date with the lock files.

Licences are those that the installed Python packages and web/package-lock.json state.
"""

import json
import re
from collections.abc import Iterable
from importlib.metadata import metadata
from pathlib import Path

from deploy.program import REPOSITORY, write

NOTICES = REPOSITORY / "THIRD-PARTY.md"
_TABLE = "<!-- {name} -->\n"
_END = "<!-- end -->\n"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)

Row = tuple[str, str, str]
"""Name, version, licence."""


def python_packages(lock_file: Path) -> list[Row]:
    """The pinned packages, which must be installed."""
    pinned = _PINNED.findall(lock_file.read_text())
    return [(name, version, _python_licence(name)) for name, version in pinned]


def web_packages(lock_file: Path) -> list[Row]:
    """What npm installs for the pages themselves; not what builds or checks them."""
    packages: dict[str, dict[str, str]] = json.loads(lock_file.read_text())["packages"]
    wanted = {
        (path.rpartition("node_modules/")[2], package["version"], package.get("license", "?"))
        for path, package in packages.items()
        if path and not {"dev", "optional", "peer"} & package.keys()
    }
    return sorted(wanted)


def _python_licence(name: str) -> str:
    stated = metadata(name)
    classifiers = stated.get_all("Classifier") or []
    of_classifiers = [each.split(" :: ")[-1] for each in classifiers if each.startswith("License")]
    expression = stated["License-Expression"] or stated["License"]
    short = expression if expression and len(expression) <= 60 and expression != "UNKNOWN" else ""
    return short or ", ".join(of_classifiers) or "?"


def _with_table(text: str, name: str, rows: Iterable[Row]) -> str:
    head, start, rest = text.partition(_TABLE.format(name=name))
    _old, end, tail = rest.partition(_END)
    lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"{head}{start}| package | version | licence |\n|---|---|---|\n{lines}{end}{tail}"


def main() -> None:
    """Rewrite what stands between the marks."""
    text = NOTICES.read_text()
    text = _with_table(text, "python", python_packages(REPOSITORY / "requirements.lock"))
    text = _with_table(text, "web", web_packages(REPOSITORY / "web" / "package-lock.json"))
    write(NOTICES, text)


if __name__ == "__main__":
    main()
