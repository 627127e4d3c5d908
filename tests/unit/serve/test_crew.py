"""A task that hangs or kills its worker costs that worker, and the next task finds another."""

from __future__ import annotations

import logging
import os
import signal
import time
import warnings
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from provkit import ConfigurationError, TrustStore
from provkit.serve import worker
from provkit.serve.configuration import Identity
from provkit.serve.crew import Crew, JobDiedError, JobLateError
from provkit.serve.refusals import RefusalError
from provkit.serve.tasks import Judge, Setup, Upload

pytestmark = pytest.mark.slow

MEMORY = 1 << 31
TASK = Judge("verify", "a.txt", Upload(b"A text."))


def crew(seconds: float, workers: int = 1, **setup: Any) -> Crew:
    return Crew(Setup(TrustStore.empty(), MEMORY, **setup), workers=workers, seconds=seconds, waiting=4)


def test_hostile_tasks() -> None:
    async def run() -> None:
        one = crew(0.5)
        with pytest.raises(JobDiedError):  # not started
            await one.run(worker.judge, TASK)
        one.start()
        await one.ready()
        assert one.works
        with pytest.raises(JobLateError):
            await one.run(time.sleep, 60)
        one._seconds = 20.0  # a new worker takes its time to start
        with pytest.raises(JobDiedError):
            await one.run(os._exit, 3)
        answer = await one.run(worker.judge, TASK)
        assert answer.facts == {"state": "unsigned", "origin": "unknown"}
        await one.stop()
        await one.stop()
        with pytest.raises(JobDiedError):
            await one.run(worker.judge, TASK)

    anyio.run(run)


def test_a_worker_that_is_killed_while_it_waits() -> None:
    """As the system does when it has no memory left: the pool gives up, and the crew goes on."""

    async def run() -> None:
        one = crew(20.0)
        one.start()
        await one.ready()
        for heal in (False, True):
            broken = one._pool
            os.kill(await one.run(_process, TASK), signal.SIGKILL)
            while broken.active:  # until the pool has seen it
                await anyio.lowlevel.checkpoint()
            assert not one.works
            if heal:
                one.heal()
                assert one.works
            answers: list[str] = []

            async def ask(answers: list[str] = answers) -> None:
                answers.append((await one.run(worker.judge, TASK)).facts["state"])

            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(ask)
            assert answers == ["unsigned"] * 4
        await one.stop()

    anyio.run(run)


def _process(task: Judge) -> int:
    del task
    return os.getpid()


def test_a_worker_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """What a library says of a file, it says in words of the file."""

    async def run() -> None:
        one = crew(20.0)
        one.start()
        await one.ready()
        capfd.readouterr()
        await one.run(_talk, "a word of the file")
        await one.stop()

    anyio.run(run)
    assert capfd.readouterr() == ("", "")


def _talk(text: str) -> bool:
    logging.getLogger("library").error(text)
    warnings.warn(text, stacklevel=1)
    os.write(1, text.encode())
    os.write(2, text.encode())
    return True


def test_who_waits_too_long_is_told_so_and_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provkit.serve.crew.REPLACE_SECONDS", 0.0)

    async def run() -> None:
        one = crew(20.0)
        one.start()
        await one.ready()
        one._seconds = 0.0
        with pytest.raises(RefusalError) as met:
            await one.run(os._exit, 3)
        assert met.value.status == 503
        one._seconds = 20.0
        assert (await one.run(worker.judge, TASK)).status == 200
        await one.stop()

    anyio.run(run)


def test_a_key_that_cannot_be_used_is_told_at_the_start() -> None:
    async def run() -> None:
        identities = {"x": Identity(cert="no such file", key="no such file")}
        one = crew(20.0, identities=identities)
        one.start()
        try:
            with pytest.raises(ConfigurationError, match="cannot read the certificate chain"):
                await one.ready()
        finally:
            await one.stop()

    anyio.run(run)
