"""One origin class from a validated manifest, with everything it rests on.

The rules are those of spec/origin.md: "synthetic" is a statement against interest and is
believed wherever it stands; "human" counts only where the signer stands behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.manifest import assertions as kinds
from provkit.manifest import cbor
from provkit.manifest import store as stores
from provkit.origin import vocabulary
from provkit.verdict import Evidence, OriginClass, OriginFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.manifest.assertions import Ingredient
    from provkit.manifest.validation import Validation

_METADATA: Final = ".metadata"
_SPEAKING: Final = ("c2pa.actions", "c2pa.ai-disclosure", "stds.")
"""Beginnings of the labels of assertions that may say something about origin, beside metadata."""
_METADATA_KEY: Final = "Iptc4xmpExt:DigitalSourceType"
_SOURCE_TYPE: Final = "digitalsourcetype"
_AS_LAST_SEGMENT: Final = tuple(mark + _SOURCE_TYPE for mark in ":/#")
_INCEPTIONS: Final = frozenset({"c2pa.created", "c2pa.opened"})
# Members of an enumeration are found by name more slowly than names of a module, and these are asked often.
_SYNTHETIC: Final = OriginClass.SYNTHETIC
_ASSISTED: Final = OriginClass.AI_ASSISTED
_HUMAN: Final = OriginClass.HUMAN
_UNKNOWN: Final = OriginClass.UNKNOWN
_RANK: Final = {
    _SYNTHETIC: 3,
    _ASSISTED: 2,
    _HUMAN: 1,
    _UNKNOWN: 0,
}


class _Item(NamedTuple):
    evidence: Evidence
    effect: OriginClass
    """What it makes of the whole: a synthetic component makes the whole ai-assisted."""
    begins: bool
    """Speaks of how the content began, or of all of it."""
    blank: bool
    note: str | None


def derive(run: Validation) -> OriginFinding:
    """Derive the class of a manifest whose state is valid or trusted."""
    return _derive(run, {})


def _derive(run: Validation, known: dict[str, OriginFinding]) -> OriginFinding:
    """Each manifest once, however many ways lead to it; a way back to itself finds *unknown*."""
    label = run.manifest.label
    if label not in known:
        known[label] = OriginFinding()
        known[label] = _finding(run, known)
    return known[label]


def _finding(run: Validation, known: dict[str, OriginFinding]) -> OriginFinding:
    if run.claim is None:
        return OriginFinding()
    items = tuple(_collect(run, known))
    complete = _is_complete(run, known) and not _unknown_parts(run)
    deciding, notes = _decide(items)
    evidence = tuple([item.evidence for item in items])
    if deciding is None:
        return OriginFinding(complete=complete, evidence=evidence, notes=notes)
    return OriginFinding(
        cls=deciding.effect,
        source_type=deciding.evidence.source_type,
        attributed=deciding.evidence.attributed,
        complete=complete,
        evidence=evidence,
        notes=notes,
    )


def _is_complete(run: Validation, known: dict[str, OriginFinding]) -> bool:
    """The signer states that all actions are listed; an update, which touches no content, as its parent does."""
    if run.manifest.kind == "standard" or run.manifest.role != "update":
        return any(label in run.created and actions.all_included for label, actions in run.actions.items())
    parents = [ancestor for ancestor in run.ancestors.values() if ancestor.holds]
    return (
        len(parents) == len(run.ingredients) == 1
        and (parents[0].signer_trusted or not run.signer_trusted)
        and _derive(parents[0], known).complete
    )


def _unknown_parts(run: Validation) -> bool:
    """Something was built in of which nobody says where it comes from."""
    for ingredient in run.ingredients.values():
        silent = ingredient.manifest is None and ingredient.source_type is None
        if ingredient is kinds.REDACTED_INGREDIENT or (silent and ingredient.relationship == "componentOf"):
            return True
    return False


def _collect(run: Validation, known: dict[str, OriginFinding]) -> Iterator[_Item]:
    for label, actions in run.actions.items():
        url = run.manifest.assertion_uri(label)
        for action in actions.actions:
            if action.source_type is not None:
                where = f"{url}#actions[{action.position}].digitalSourceType"
                begins = action.name in _INCEPTIONS
                yield _item(action.source_type, label in run.created, where, begins=begins)
    for label, ingredient in run.ingredients.items():
        if ingredient.relationship != "inputTo":  # a prompt does not decide what its output is
            yield from _ingredient(run, label, ingredient, known)
    for label, content in run.contents.items():
        yield from _statement(run, label, content)


def _statement(run: Validation, label: str, content: Any) -> Iterator[_Item]:
    """What an assertion that is neither actions nor ingredient says about origin."""
    base = stores.base_label(label)
    if not (base.startswith(_SPEAKING) or base.endswith(_METADATA)):
        return
    where = run.manifest.assertion_uri(label)
    attributed = label in run.created
    if base in (kinds.LABEL_METADATA, kinds.LABEL_CAWG_METADATA) and isinstance(content, cbor.MAPS):
        value = content.get(_METADATA_KEY)
        if value is not None:
            yield _item(value, attributed, f"{where}#{_METADATA_KEY}", begins=True)
    if base == kinds.LABEL_AI_DISCLOSURE:
        # §18.28: a disclosure without a source type means AI took part, never less.
        evidence = Evidence(kinds.LABEL_AI_DISCLOSURE, _ASSISTED, attributed, where)
        yield _Item(evidence, _ASSISTED, begins=False, blank=False, note=None)
    elif base in kinds.ACTIONS_LABELS:
        # Regions and parameters of actions may have a source type of their own (§18.15.4).
        yield from _against_interest(content, attributed, where)
    elif base.endswith(_METADATA) or base.startswith("stds."):
        if content is None:
            yield _unclear(attributed, where, "metadata that cannot be read")
        yield from _against_interest(content, attributed, where)
    else:
        yield _unclear(attributed, where, f"an assertion {base[:60]!r}, which this version does not know")


def _against_interest(content: Any, attributed: bool, where: str) -> Iterator[_Item]:
    """Source types anywhere in an assertion that say AI took part; others decide nothing from there."""
    for value in _source_types(content):
        item = _item(value, attributed, f"{where}#DigitalSourceType", begins=False)
        if item.effect in (_SYNTHETIC, _ASSISTED):
            yield item


def _source_types(value: Any) -> Iterator[Any]:
    """Values under any key whose last segment is ``digitalSourceType``; depth is bounded by the decoder."""
    if isinstance(value, cbor.MAPS):
        for key, inner in value.items():
            if isinstance(key, str) and _is_source_type(key):
                yield from _texts(inner)
            elif key not in ("actions", "templates"):  # their own source types were read already
                yield from _source_types(inner)
            else:
                yield from _inside_actions(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _source_types(inner)


def _is_source_type(key: str) -> bool:
    folded = key.casefold()
    return folded == _SOURCE_TYPE or folded.endswith(_AS_LAST_SEGMENT)


def _inside_actions(value: Any) -> Iterator[Any]:
    for action in value if isinstance(value, list | tuple) else ():
        if isinstance(action, cbor.MAPS):
            for key, inner in action.items():
                if key != "digitalSourceType":
                    yield from _source_types(inner)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, cbor.MAPS):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _unclear(attributed: bool, where: str, note: str) -> _Item:
    evidence = Evidence("", _UNKNOWN, attributed, where)
    return _Item(evidence, _UNKNOWN, begins=False, blank=False, note=note)


def _ingredient(
    run: Validation, label: str, ingredient: Ingredient, known: dict[str, OriginFinding]
) -> Iterator[_Item]:
    parent = ingredient.relationship == "parentOf"
    where = run.manifest.assertion_uri(label)
    attributed = label in run.created
    if ingredient is kinds.REDACTED_INGREDIENT:
        yield _unclear(attributed, where, "an ingredient was redacted: nobody can tell what it was")
        return
    if ingredient.source_type is not None:
        where = f"{where}#digitalSourceType"
        yield _item(ingredient.source_type, attributed, where, begins=parent, component=not parent)
    ancestor = run.ancestors.get(label)
    if ancestor is None:
        return
    if not ancestor.holds:
        # Nothing a broken manifest states counts; that something is not known does.
        evidence = Evidence("", _UNKNOWN, attributed, ancestor.manifest.uri())
        yield _Item(
            evidence,
            _UNKNOWN,
            begins=parent,
            blank=False,
            note="an ingredient's credential does not hold",
        )
        return
    finding = _derive(ancestor, known)
    effect = finding.cls
    if not parent and effect is _SYNTHETIC:
        effect = _ASSISTED
    # The signer vouches for which parent it was, not for what the parent's signer said of it.
    vouched = attributed and finding.attributed and (ancestor.signer_trusted or not run.signer_trusted)
    evidence = Evidence(finding.source_type or "", finding.cls, vouched, ancestor.manifest.uri())
    note = "an ingredient's origin is not stated" if effect is _UNKNOWN else None
    if note and finding.notes and run.manifest.kind != "standard" and run.manifest.role == "update":
        note = finding.notes[0]  # the content is the parent's, and so is the reason
    yield _Item(evidence, effect, begins=parent, blank=False, note=note)


def _item(value: Any, attributed: bool, where: str, *, begins: bool, component: bool = False) -> _Item:
    term = vocabulary.lookup(value)
    cls = term.cls if term else _UNKNOWN
    effect = _ASSISTED if component and cls is _SYNTHETIC else cls
    note = term.note if term else "a source type outside the IPTC and C2PA vocabularies"
    text = value if isinstance(value, str) else repr(value)[:200]
    evidence = Evidence(text, cls, attributed, where)
    return _Item(evidence, effect, begins=begins, blank=term is not None and term.blank, note=note)


def _decide(items: tuple[_Item, ...]) -> tuple[_Item | None, tuple[str, ...]]:
    """The item that decides, and notes; None means unknown."""
    for cls in (_SYNTHETIC, _ASSISTED):
        found = [item for item in items if item.effect is cls]
        if found:
            chosen = max(found, key=lambda item: (item.evidence.attributed, bool(item.begins)))
            return chosen, _notes(chosen, items)
    speaking = [item for item in items if not item.blank]
    unclear = [item for item in speaking if item.effect is _UNKNOWN]
    if unclear:
        return None, tuple(dict.fromkeys(item.note for item in unclear if item.note))
    human = [item for item in speaking if item.effect is _HUMAN]
    if not human:
        return None, ("no source type is stated",)
    behind = [item for item in human if item.evidence.attributed]
    if not behind:
        return None, ("stated as human, but only gathered: the signer does not stand behind it",)
    beginning = [item for item in behind if item.begins]
    blank_start = any(item.blank and item.begins and item.evidence.attributed for item in items)
    if not beginning and not blank_start:
        return None, ("nothing states how the content began",)
    chosen = (beginning or behind)[0]
    return chosen, _notes(chosen, items)


def _notes(chosen: _Item, items: tuple[_Item, ...]) -> tuple[str, ...]:
    notes = [chosen.note] if chosen.note else []
    lesser = {
        item.effect for item in items if not item.blank and 0 < _RANK[item.effect] < _RANK[chosen.effect]
    }
    if _HUMAN in lesser:
        notes.append("human edits are stated too; they do not change the class")
    return tuple(notes)
