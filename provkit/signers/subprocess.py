"""A key behind a program: it gets the message on its standard input and writes the signature.

For key services that have a command line.  The program is called without a shell, once for each signature.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
from threading import Thread
from typing import IO, Final

from provkit.errors import ConfigurationError, CredentialError
from provkit.signers.callback import CallbackSigner

PREFIX: Final = "exec:"
_PATIENCE: Final = 60
_LONGEST: Final = 64 * 1024


def load(command: str, chain: bytes, *, algorithm: str | None = None) -> CallbackSigner:
    """A signer for ``exec:PROGRAM ARGUMENT …``.

    Args:
        command: with the prefix; words as a shell would split them.
        chain: PEM certificates: the signer's first, then each one's issuer.
        algorithm: what the program signs with; the key decides when left out.

    Raises:
        ConfigurationError: no command.
        CredentialError: a chain that cannot sign.
    """
    try:
        words = shlex.split(command.removeprefix(PREFIX))
    except ValueError as error:
        raise ConfigurationError(f"the command that signs cannot be split into words: {error}") from error
    if not words:
        raise ConfigurationError("exec: is followed by the program that signs")
    return CallbackSigner.load(_Program(tuple(words)), chain, algorithm=algorithm)


class _Program:
    """A command, as a function from message to signature."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def __call__(self, message: bytes) -> bytes:
        try:
            process = subprocess.Popen(  # noqa: S603 - the command is the user's own, and no shell sees it
                self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise CredentialError(f"the program that signs cannot be started: {error.strerror}") from None
        answer: list[bytes] = []
        # Threads, because either pipe may be full; a child of the program may hold them open when it has ended.
        Thread(target=_write, args=(process.stdin, message), daemon=True).start()
        hand = Thread(target=_read, args=(process.stdout, answer), daemon=True)
        hand.start()
        hand.join(_PATIENCE)
        if hand.is_alive() or not answer or len(answer[0]) > _LONGEST:
            process.kill()
            process.wait()
            raise CredentialError(
                f"the program that signs did not answer within {_PATIENCE} seconds"
                if not answer
                else f"the program that signs wrote more than {_LONGEST} bytes"
            )
        try:
            code = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code:
            # What it wrote may hold secrets, so none of it is shown.
            raise CredentialError(f"the program that signs ended with exit code {code}")
        return answer[0]


def _write(pipe: IO[bytes], message: bytes) -> None:
    with contextlib.suppress(OSError), pipe:  # the program may end without reading
        pipe.write(message)


def _read(pipe: IO[bytes], answer: list[bytes]) -> None:
    with pipe:
        answer.append(pipe.read(_LONGEST + 1))
