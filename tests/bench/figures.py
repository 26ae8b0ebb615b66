"""Figures: what a bench has measured, beside its peer, for people as lines and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from deploy.program import REPOSITORY, write

RESULTS = REPOSITORY / "build" / "bench"


class NothingMeasured(Exception):
    """Not one run gave a value; what it should have measured does not work."""


@dataclass(frozen=True)
class Figure:
    """One number, over `runs` measurements; the peer's was measured in the same run."""

    name: str
    value: float
    unit: str
    runs: int
    peer: str | None = None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Of value to peer; None without a peer, and where a difference to it is the value."""
        return round(self.value / self.peer_value, 2) if self.peer_value else None

    def line(self) -> str:
        """`name value unit · peer value · ratio`, as far as there is a peer."""
        parts = [f"{self.name} {self.value:g} {self.unit}".rstrip()]
        if self.peer is not None and self.peer_value is not None:
            parts.append(f"{self.peer} {self.peer_value:g}")
        if self.ratio is not None:
            parts.append(f"{self.ratio:g}")
        return " · ".join(parts)


@dataclass
class Report:
    """What one bench has found. `details` are tables behind the figures, by title."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, figure: Figure) -> None:
        """Keep a figure and show its line."""
        self.figures.append(figure)
        print(figure.line(), flush=True)

    def save(self, machine: dict[str, Any], directory: Path = RESULTS) -> Path:
        """Write `<name>.json`."""
        directory.mkdir(parents=True, exist_ok=True)
        figures = [asdict(figure) | {"ratio": figure.ratio} for figure in self.figures]
        document = {"machine": machine, "figures": figures, "details": self.details}
        content = json.dumps(document, indent=2, ensure_ascii=False)
        return write(directory / f"{self.name}.json", content + "\n")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` per cent of them do not exceed."""
    if not values:
        raise NothingMeasured
    return round(float(np.percentile(values, share, method="inverted_cdf")), 1)


def machine() -> dict[str, Any]:
    """What the figures depend on, and how busy it was before the first of them."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "load_1min": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
