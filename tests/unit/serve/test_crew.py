"""A task that hangs or kills its worker costs that worker, and the next task finds another."""

from __future__ import annotations

import os
import time

import anyio
import pytest

from provkit import ConfigurationError, TrustStore
from provkit.serve import worker
from provkit.serve.configuration import Identity
from provkit.serve.crew import Crew, JobDiedError, JobLateError
from provkit.serve.tasks import Judge, Setup, Upload

pytestmark = pytest.mark.slow

MEMORY = 1 << 31
TASK = Judge("verify", "a.txt", Upload(b"A text."))


def test_hostile_tasks() -> None:
    async def run() -> None:
        crew = Crew(Setup(TrustStore.empty(), MEMORY), workers=1, seconds=0.5, waiting=4)
        with pytest.raises(JobDiedError):  # not started
            await crew.run(worker.judge, TASK)
        crew.start()
        await crew.ready()
        assert crew.works
        with pytest.raises(JobLateError):
            await crew.run(time.sleep, 60)
        with pytest.raises(JobDiedError):
            await crew.run(os._exit, 3)
        crew._seconds = 20.0  # a new worker takes its time to start
        answer = await crew.run(worker.judge, TASK)
        assert answer.facts == {"state": "unsigned", "origin": "unknown"}
        await crew.stop()
        await crew.stop()
        with pytest.raises(JobDiedError):
            await crew.run(worker.judge, TASK)

    anyio.run(run)


def test_a_key_that_cannot_be_used_is_told_at_the_start() -> None:
    async def run() -> None:
        identities = {"x": Identity(cert="no such file", key="no such file")}
        crew = Crew(Setup(TrustStore.empty(), MEMORY, identities=identities), 1, 20, 4)
        crew.start()
        try:
            with pytest.raises(ConfigurationError, match="cannot read the certificate chain"):
                await crew.ready()
        finally:
            await crew.stop()

    anyio.run(run)
