from __future__ import annotations

from provkit.crawl.model import Permission, Preference
from provkit.crawl.signals import manifest
from provkit.statements.model import UsageTerm


def term(key: str, use: str, constraint: str | None = None, label: str = "cawg.training-mining") -> UsageTerm:
    purpose = key.partition(".")[2] if key != "com.example.print" else None
    where = f"self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/{label}"
    return UsageTerm(key, purpose, use, constraint, attributed=False, where=where)


def test_terms_of_known_purposes() -> None:
    assert manifest.preferences(
        (
            term("cawg.data_mining", "notAllowed"),
            term("cawg.ai_inference", "allowed"),
            term("cawg.ai_generative_training", "constrained", "ask us"),
            term("cawg.ai_training", "notAllowed"),
            term("com.example.print", "notAllowed"),
        )
    ) == (
        Preference("tdm", Permission.DENIED, "cawg", "cawg.data_mining=notAllowed"),
        Preference("ai-input", Permission.ALLOWED, "cawg", "cawg.ai_inference=allowed"),
        Preference(
            "train-ai", Permission.CONSTRAINED, "cawg", "cawg.ai_generative_training=constrained; ask us"
        ),
        Preference("train-ai", Permission.DENIED, "cawg", "cawg.ai_training=notAllowed"),
    )


def test_the_older_label() -> None:
    (found,) = manifest.preferences(
        (term("c2pa.ai_training", "notAllowed", label="c2pa.training-mining__1"),)
    )
    assert (found.purpose, found.permission, found.source) == ("train-ai", Permission.DENIED, "c2pa")


def test_uses_that_nobody_defined_say_nothing() -> None:
    assert manifest.preferences((term("cawg.ai_training", "sometimes"),)) == ()
