"""Whether an archive is published as its rules say: the files themselves are asked, no journal and no key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provkit.assets import verify_file
from provkit.errors import ProvkitError
from provkit.stamp import inside, statements
from provkit.stamp.work import Action, Done, kind_of
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.stamp.work import Job, Task


def check(job: Job, task: Task) -> Done:
    """Whether one file is published as the rules say."""
    try:
        why = _why_stale(job, task)
    except ProvkitError as error:
        why = error.message
    return Done(task.path, Action.FINE if why is None else Action.STALE, why or "")


def _why_stale(job: Job, task: Task) -> str | None:
    rule = job.rules.rule[task.rule]
    wanted: str | None = rule.origin
    if rule.origin_from is not None or rule.media_types:
        with inside.place_of(job.root, task.path) as place:
            data, _ = place.read()
        kind = kind_of(task.path, data)
        if rule.media_types and kind not in rule.media_types:
            return None
        wanted = statements.class_of(data, kind, rule)
    verdict = verify_file(os.path.join(job.root, task.path), trust=job.trust)  # noqa: PTH118
    if verdict.state is State.INVALID:
        return "stale: changed after it was stamped, or damaged"
    if wanted is None:
        return None
    if verdict.state is State.UNSIGNED:
        return "not stamped"
    if verdict.origin.cls != wanted:
        return f"states {verdict.origin.cls}, and the rules say {wanted}"
    if job.trust is not None and verdict.state is not State.TRUSTED:
        return "signed by somebody whom the given roots do not vouch for"
    return None
