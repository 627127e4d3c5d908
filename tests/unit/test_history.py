"""Ingredients: what is kept when something is signed again, and what is made of it when read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

import provkit
from provkit.carriers import text
from provkit.errors import AlreadySignedError, ConfigurationError, LimitError
from provkit.limits import Limits
from provkit.manifest import builder, store
from provkit.verdict import OriginClass, State
from support.pki import NOW, Pki

PKI = Pki.make()
OTHER = Pki.make("ES384")
SIGNER = provkit.Signer.from_pem(PKI.chain_pem, PKI.key_pem)
STRANGER = provkit.Signer.from_pem(OTHER.chain_pem, OTHER.key_pem)
TRUST = provkit.TrustStore.empty().with_anchors(PKI.root_pem, name="test")
HOST = b"Rain fell on the harbour all night.\n"


@dataclass(frozen=True)
class Draft:
    label: str
    content: Any


def verify(data: bytes, **options: Any) -> provkit.Verdict:
    return provkit.verify(data, trust=TRUST, at=NOW, **options)


def sign(
    origin: provkit.Origin, data: bytes = HOST, signer: provkit.Signer = SIGNER, **options: Any
) -> bytes:
    return provkit.sign(data, origin, signer, when=NOW, **options)


def codes(verdict: provkit.Verdict) -> set[str]:
    return {str(status.code) for status in verdict.statuses.failure}


def manifests(data: bytes) -> tuple[store.Manifest, ...]:
    found = provkit.inspect(data)
    assert found is not None
    return found.store.manifests


def reference(manifest: store.Manifest, **changes: Any) -> dict[str, Any]:
    box = manifest.signatures[0]
    return {
        "relationship": "parentOf",
        "activeManifest": {
            "url": manifest.uri(),
            "alg": "sha256",
            "hash": hashlib.sha256(manifest.box.hashed).digest(),
        },
        "claimSignature": {
            "url": manifest.uri(box.label),
            "alg": "sha256",
            "hash": hashlib.sha256(box.hashed).digest(),
        },
        "validationResults": {"activeManifest": {"success": [], "informational": [], "failure": []}},
        **changes,
    }


def forge(
    ingredients: list[dict[str, Any]], ancestors: list[bytes], actions: list[Any] | None = None
) -> bytes:
    """A text whose manifest has the given ingredients, signed by the trusted signer."""
    labels = [f"c2pa.ingredient.v3{f'__{n}' if n else ''}" for n in range(len(ingredients))]
    drafts = [Draft(label, content) for label, content in zip(labels, ingredients, strict=True)]
    if actions is None:
        opened = {"action": "c2pa.opened", "parameters": {"ingredients": [builder.Reference(labels[0])]}}
        actions = [opened]
    drafts.append(Draft("c2pa.actions.v2", {"actions": actions, "allActionsIncluded": True}))
    content = text.place(HOST)
    made = builder.build(drafts, content, SIGNER, version="1", ancestors=ancestors)
    return text.embed(HOST, made)


def test_signing_again_keeps_history() -> None:
    first = sign(provkit.Origin.human(title="First"))
    second = sign(provkit.Origin.human(), first, resign=True)
    third = sign(provkit.Origin.ai_assisted(), second, resign=True)
    assert manifests(third)[0].box.raw == manifests(first)[0].box.raw
    assert len(manifests(third)) == 3
    assert provkit.strip(third) == HOST
    assert verify(second).origin.cls is OriginClass.HUMAN
    verdict = verify(third)
    assert (verdict.state, verdict.origin.cls) == (State.TRUSTED, OriginClass.AI_ASSISTED)
    (ingredient,) = verdict.ingredients
    assert ingredient.relationship == "parentOf"
    assert "claimSignature.validated" in {str(code) for code in ingredient.statuses.codes()}


def test_human_edits_of_generated_text_stay_synthetic() -> None:
    generated = sign(provkit.Origin.synthetic(), b"Generated.\n")
    edited = sign(provkit.Origin.human(), HOST, parent=generated)
    verdict = verify(edited)
    assert (verdict.state, verdict.origin.cls) == (State.TRUSTED, OriginClass.SYNTHETIC)


def test_a_trusted_signer_does_not_vouch_for_what_an_unlisted_one_said() -> None:
    first = sign(provkit.Origin.human(), signer=STRANGER)
    verdict = verify(sign(provkit.Origin.human(), first, resign=True))
    assert verdict.state is State.TRUSTED
    assert (verdict.origin.cls, verdict.origin.attributed) == (OriginClass.UNKNOWN, False)
    generated = sign(provkit.Origin.synthetic(), signer=STRANGER)
    verdict = verify(sign(provkit.Origin.human(), generated, resign=True))
    assert verdict.origin.cls is OriginClass.SYNTHETIC


def test_a_signed_text_is_not_signed_again_unasked() -> None:
    with pytest.raises(AlreadySignedError, match="already"):
        sign(provkit.Origin.human(), sign(provkit.Origin.human()))


def test_only_a_credential_that_holds_becomes_history() -> None:
    signed = sign(provkit.Origin.human())
    with pytest.raises(ConfigurationError, match="does not hold"):
        sign(provkit.Origin.human(), signed.replace(b"Rain", b"Snow"), resign=True)
    with pytest.raises(ConfigurationError, match="no credential"):
        sign(provkit.Origin.human(), resign=True)
    with pytest.raises(ConfigurationError, match="one parent"):
        sign(provkit.Origin.human(), signed, resign=True, parent=signed)


def _wrapped(data: bytes, old: bytes, new: bytes) -> bytes:
    (wrapper,) = text.locate(data).wrappers
    assert wrapper.store.count(old) >= 1
    return text.embed(data[: wrapper.start], wrapper.store.replace(old, new, 1))


def test_a_changed_parent_voids_the_child() -> None:
    data = sign(provkit.Origin.human(), sign(provkit.Origin.human()), resign=True)
    verdict = verify(_wrapped(data, b"digitalCreation", b"digitalCreatiom"))
    assert (verdict.state, codes(verdict)) == (State.INVALID, {"ingredient.manifest.mismatch"})


@pytest.mark.parametrize("relationship", ["parentOf", "componentOf", "inputTo"])
def test_every_relationship_is_checked(relationship: str) -> None:
    (old,) = manifests(sign(provkit.Origin.synthetic()))
    ingredient = reference(old, relationship=relationship)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",
    }
    actions = None if relationship == "parentOf" else [created]
    good = verify(forge([ingredient], [old.box.raw], actions))
    assert good.state is State.TRUSTED
    expected = {"parentOf": "synthetic", "componentOf": "ai-assisted", "inputTo": "human"}
    assert good.origin.cls == expected[relationship]
    ingredient["activeManifest"]["hash"] = bytes(32)
    bad = verify(forge([ingredient], [old.box.raw], actions))
    assert (bad.state, codes(bad)) == (State.INVALID, {"ingredient.manifest.mismatch"})


def test_what_is_missing_or_strange() -> None:
    (old,) = manifests(sign(provkit.Origin.human()))
    assert codes(verify(forge([reference(old)], []))) == {"ingredient.manifest.missing"}
    signature = reference(old)
    signature["claimSignature"]["hash"] = bytes(32)
    assert codes(verify(forge([signature], [old.box.raw]))) == {"ingredient.claimSignature.mismatch"}
    nowhere = reference(old)
    nowhere["claimSignature"]["url"] = old.uri("c2pa.nothing")
    assert codes(verify(forge([nowhere], [old.box.raw]))) == {"ingredient.claimSignature.missing"}
    (orphan,) = manifests(sign(provkit.Origin.human()))
    assert codes(verify(forge([reference(old)], [orphan.box.raw, old.box.raw]))) == {"general.error"}
    for field in ("claimSignature", "validationResults"):
        lacking = {key: value for key, value in reference(old).items() if key != field}
        assert "assertion.ingredient.malformed" in codes(verify(forge([lacking], [old.box.raw])))


def test_a_parent_broken_before_leaves_the_child_valid_and_says_nothing() -> None:
    data = sign(provkit.Origin.human())
    (wrapper,) = text.locate(data).wrappers
    broken = store.read(wrapper.store.replace(b"digitalCreation", b"digitalCreatiom", 1)).active
    verdict = verify(forge([reference(broken)], [broken.box.raw]))
    assert verdict.state is State.TRUSTED
    assert verdict.origin.cls is OriginClass.UNKNOWN
    (ingredient,) = verdict.ingredients
    assert "assertion.hashedURI.mismatch" in {str(status.code) for status in ingredient.statuses.failure}


def test_a_parent_out_of_date_says_nothing_any_more() -> None:
    data = sign(provkit.Origin.human(), sign(provkit.Origin.human()), resign=True)
    verdict = provkit.verify(data, trust=TRUST, at=NOW + timedelta(days=4000))
    assert verdict.state is State.INVALID


def test_diamonds_take_one_look_each() -> None:
    """Twenty generations, each naming the one before twice: 2**20 paths, twenty manifests."""
    data = sign(provkit.Origin.human())
    generations = [manifests(data)[0].box.raw]
    for _ in range(20):
        last = store.read(_store(generations)).active
        component = reference(last, relationship="componentOf")
        created = {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}
        data = forge([component, component], generations, [created])
        generations = [manifest.box.raw for manifest in manifests(data)]
    assert verify(data).state is State.TRUSTED
    with pytest.raises(LimitError, match="nest deeper"):
        verify(data, limits=Limits(ingredient_depth=5))
    with pytest.raises(LimitError, match="names more than"):
        verify(data, limits=Limits(ingredients=5))


def _store(generations: list[bytes]) -> bytes:
    from provkit.manifest import jumbf

    return jumbf.superbox(jumbf.UUID_STORE, "c2pa", b"".join(generations))
