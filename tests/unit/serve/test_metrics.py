"""Counters in the format that Prometheus reads, and lines of the log."""

from __future__ import annotations

import json
import logging
import sys

from provkit.serve.logs import JsonLines
from provkit.serve.metrics import Metrics


def test_text_format() -> None:
    metrics = Metrics()
    metrics.count("provkit_requests_total", route='a"\\\n', status="200")
    metrics.count("provkit_requests_total", route="b", status="200")
    metrics.count("provkit_requests_total", route="b", status="200")
    for seconds in (0.001, 0.005, 0.3, 99.0):
        metrics.took("b", seconds)
    text = metrics.text({"provkit_now": ("What is.", 2.0)})
    lines = text.splitlines()
    assert 'provkit_requests_total{route="a\\"\\\\\\n",status="200"} 1' in lines
    assert 'provkit_requests_total{route="b",status="200"} 2' in lines
    buckets = [
        int(line.rpartition(" ")[2]) for line in lines if line.startswith("provkit_request_seconds_bucket")
    ]
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (2, 4)
    assert 'provkit_request_seconds_count{route="b"} 4' in lines
    assert 'provkit_request_seconds_sum{route="b"} 99.306000' in lines
    assert lines[-3:] == ["# HELP provkit_now What is.", "# TYPE provkit_now gauge", "provkit_now 2"]
    assert text.endswith("\n")
    for name in {line.split(" ")[2] for line in lines if line.startswith("# ")}:
        assert f"# HELP {name} " in text
        assert f"# TYPE {name} " in text


def test_a_line_of_the_log_is_one_line_of_ascii() -> None:
    try:
        raise ValueError("é\nsecond")
    except ValueError:
        record = logging.LogRecord("uvicorn", logging.ERROR, "", 0, "bad %s", ("\u202e\n",), sys.exc_info())
    line = JsonLines().format(record)
    assert line.isascii()
    assert "\n" not in line
    data = json.loads(line)
    assert (data["event"], data["logger"], data["level"]) == ("message", "uvicorn", "error")
    assert "second" in data["exception"]
