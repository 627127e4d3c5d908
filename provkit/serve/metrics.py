"""Counters in the text format of Prometheus; as few as tell whether the service is well."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the buckets, seconds."""
_HELP: Final = {
    "provkit_requests_total": "Requests answered, by route and status.",
    "provkit_verdicts_total": "Verdicts, by state.",
    "provkit_labels_total": "Labels, by code.",
    "provkit_signed_total": "Files signed, by API key.",
    "provkit_failures_total": "Files without a verdict, by kind.",
    "provkit_workers_lost_total": "Workers that a file cost, by reason.",
}


class Metrics:
    """All counters of one service.  Belongs to one event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[tuple[tuple[str, str], ...]]] = {name: Counter() for name in _HELP}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def count(self, name: str, **labels: str) -> None:
        """One more of something; the values of labels are words of ours, never of a request."""
        self._counts[name][tuple(sorted(labels.items()))] += 1

    def took(self, route: str, seconds: float) -> None:
        """How long a request took."""
        buckets = self._buckets.setdefault(route, [0] * (len(_BOUNDS) + 1))
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def text(self, gauges: dict[str, tuple[str, float]]) -> str:
        """Everything, with what is measured at this moment: name to help and value."""
        lines: list[str] = []
        for name, counter in self._counts.items():
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} counter"]
            lines += [f"{name}{_labels(labels)} {value}" for labels, value in sorted(counter.items())]
        name = "provkit_request_seconds"
        lines += [f"# HELP {name} Time from request to answer, seconds.", f"# TYPE {name} histogram"]
        for route, buckets in sorted(self._buckets.items()):
            below = 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), buckets, strict=True):
                below += count
                lines.append(f"{name}_bucket{_labels((('route', route), ('le', bound)))} {below}")
            lines.append(f"{name}_sum{_labels((('route', route),))} {self._seconds[route]:.6f}")
            lines.append(f"{name}_count{_labels((('route', route),))} {below}")
        for gauge, (said, value) in gauges.items():
            lines += [f"# HELP {gauge} {said}", f"# TYPE {gauge} gauge", f"{gauge} {value:g}"]
        return "\n".join(lines) + "\n"


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


__all__ = ["Metrics"]
