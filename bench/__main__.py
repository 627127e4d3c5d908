"""``python -m bench``: a table on stdout, the same as JSON in ``bench/results.json``."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bench import cold, containers, crawl, hostile, media, probe, serve, stamp, text

if TYPE_CHECKING:
    from bench.measure import Row

RESULTS = Path(__file__).with_name("results.json")


def table(rows: list[Row]) -> str:
    """Plain table: the value, and in brackets its ratio to the base column."""
    columns = list(dict.fromkeys(name for row in rows for name in row.values))
    lines = [f"{'':44}{'':9}" + "".join(f"{name:>22}" for name in columns)]
    for row in rows:
        cells = []
        for name in columns:
            if name not in row.values:
                cells.append("-")
                continue
            ratio = row.ratio(name)
            cells.append(_number(row.values[name]) + (f" ({ratio:.2f})" if ratio is not None else ""))
        lines.append(f"{row.job:44}{row.unit:9}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Run everything once."""
    groups = {
        "text": text.rows(),
        "containers": containers.rows(),
        "media": media.rows(),
        "probe": probe.rows(),
        **crawl.groups(),
        **stamp.groups(),
        "hostile": hostile.rows(),
        "service": serve.rows(),
        "processes": cold.rows(),
    }
    for rows in groups.values():
        print(table(rows), end="\n\n")
    RESULTS.write_text(
        json.dumps(
            {
                "taken": datetime.now(UTC).isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "versions": {name: version(name) for name in ("provkit", "cryptography", "encypher-c2pa")},
                "groups": {name: [asdict(row) for row in rows] for name, rows in groups.items()},
            },
            indent=1,
        )
        + "\n"
    )
    print(f"medians of one run, ratio to the base column in brackets; also in {RESULTS.name}")


if __name__ == "__main__":
    main()
