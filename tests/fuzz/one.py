"""One target under the fuzzer: ``python -m fuzz.one TARGET [libFuzzer options] [CORPUS or FILE]``."""

from __future__ import annotations

import contextlib
import sys
import warnings

import atheris

warnings.simplefilter("ignore")
with atheris.instrument_imports(include=["provkit"]):
    from fuzz.targets import LONGEST, MEMORY, PATIENCE, TARGETS
    from provkit import ProvkitError


def main() -> None:
    """Never returns: the fuzzer ends the process."""
    target = TARGETS[sys.argv[1]]
    call = target.call
    target.ready()

    def once(data: bytes) -> None:
        with contextlib.suppress(ProvkitError):  # the one error that any bytes may give
            call(data)

    limits = [f"-max_len={LONGEST}", f"-timeout={PATIENCE}", f"-rss_limit_mb={MEMORY}"]
    atheris.Setup([sys.argv[0], *limits, *sys.argv[2:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
