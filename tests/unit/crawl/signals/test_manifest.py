from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from provkit.crawl.model import Permission, Preference
from provkit.crawl.signals import manifest


def test_cawg() -> None:
    content = {
        "entries": {
            "cawg.data_mining": {"use": "notAllowed"},
            "cawg.ai_inference": {"use": "allowed"},
            "cawg.ai_generative_training": {"use": "constrained", "constraint_info": "ask us"},
            "cawg.ai_training": {"use": "notAllowed"},
            "cawg.other": {"use": "notAllowed"},
        }
    }
    assert manifest.preferences({"cawg.training-mining": content, "c2pa.actions": {}}) == (
        Preference("tdm", Permission.DENIED, "cawg", "cawg.data_mining=notAllowed"),
        Preference("ai-input", Permission.ALLOWED, "cawg", "cawg.ai_inference=allowed"),
        Preference(
            "train-ai", Permission.CONSTRAINED, "cawg", "cawg.ai_generative_training=constrained; ask us"
        ),
        Preference("train-ai", Permission.DENIED, "cawg", "cawg.ai_training=notAllowed"),
    )


def test_the_older_label() -> None:
    content = {"entries": {"c2pa.ai_training": {"use": "notAllowed"}}}
    (found,) = manifest.preferences({"c2pa.training-mining__1": content})
    assert (found.purpose, found.permission, found.source) == ("train-ai", Permission.DENIED, "c2pa")


def test_other_assertions_say_nothing() -> None:
    content = {"entries": {"cawg.ai_training": {"use": "notAllowed"}}}
    assert manifest.preferences({"cawg.metadata": content, "x": 1}) == ()


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["cawg.ai_training", "use", "allowed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entries", "cawg.ai_training", "use", "constraint_info"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["cawg.training-mining", "c2pa.training-mining", "x"]), junk))
def test_any_content_gives_an_answer(assertions: dict[str, Any]) -> None:
    manifest.preferences(assertions)
