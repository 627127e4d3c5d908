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
    from collections.abc import Sequence

    from provkit.manifest.assertions import Ingredient
    from provkit.manifest.validation import Validation

_METADATA: Final = ".metadata"
_ELSEWHERE: Final = (kinds.LABEL_CLOUD_DATA, kinds.LABEL_EXTERNAL_REFERENCE)
_SPEAKING: Final = ("c2pa.actions", "c2pa.ai-disclosure", "stds.", *_ELSEWHERE)
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
_NOT_STATED: Final = OriginFinding()
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
        known[label] = _NOT_STATED
        known[label] = _finding(run, known)
    return known[label]


def _finding(run: Validation, known: dict[str, OriginFinding]) -> OriginFinding:
    if run.claim is None:
        return _NOT_STATED
    items = _collect(run, known)
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


def _collect(run: Validation, known: dict[str, OriginFinding]) -> list[_Item]:
    items: list[_Item] = []
    for label, actions in run.actions.items():
        url = run.manifest.assertion_uri(label)
        for action in actions.actions:
            if action.source_type is not None:
                where = f"{url}#actions[{action.position}].digitalSourceType"
                begins = action.name in _INCEPTIONS
                items.append(_item(action.source_type, label in run.created, where, begins=begins))
    for label, ingredient in run.ingredients.items():
        if ingredient.relationship != "inputTo":  # a prompt does not decide what its output is
            items += _ingredient(run, label, ingredient, known)
    for label, content in run.contents.items():
        items += _statement(run, label, content)
    return items


def _statement(run: Validation, label: str, content: Any) -> Sequence[_Item]:
    """What an assertion says about origin beside its actions, or the ingredient that it is."""
    base = stores.base_label(label)
    if not (base.startswith(_SPEAKING) or base.endswith(_METADATA)):
        return ()
    where = run.manifest.assertion_uri(label)
    attributed = label in run.created
    if base in _ELSEWHERE:
        # What is kept elsewhere is signed with its label, which says what kind of statement it is.
        kind = content.get("label") if isinstance(content, cbor.MAPS) else None
        base = kind.partition("__")[0] if isinstance(kind, str) else ""
        if base.endswith(_METADATA) or base.startswith("stds."):
            return (_unclear(attributed, where, "metadata that is kept elsewhere"),)
        if not base.startswith(_SPEAKING):
            return ()
    if base == kinds.LABEL_AI_DISCLOSURE:
        # §18.28: a disclosure without a source type means AI took part, never less.
        evidence = Evidence(kinds.LABEL_AI_DISCLOSURE, _ASSISTED, attributed, where)
        return (_Item(evidence, _ASSISTED, begins=False, blank=False, note=None),)
    if base in kinds.ACTIONS_LABELS:
        # Regions and parameters of actions may have a source type of their own (§18.15.4).
        return _against_interest(content, attributed, where)
    if not (base.endswith(_METADATA) or base.startswith("stds.")):
        return (_unclear(attributed, where, f"an assertion {base[:60]!r}, which this version does not know"),)
    if content is None:
        return (_unclear(attributed, where, "metadata that cannot be read"),)
    items = _against_interest(content, attributed, where)
    if base in (kinds.LABEL_METADATA, kinds.LABEL_CAWG_METADATA) and isinstance(content, cbor.MAPS):
        value = content.get(_METADATA_KEY)
        if value is not None:
            items.insert(0, _item(value, attributed, f"{where}#{_METADATA_KEY}", begins=True))
    return items


def _against_interest(content: Any, attributed: bool, where: str) -> list[_Item]:
    """Source types anywhere in an assertion that say AI took part; others decide nothing from there."""
    values: list[str] = []
    _source_types(content, values)
    items = [_item(value, attributed, f"{where}#DigitalSourceType", begins=False) for value in values]
    return [item for item in items if item.effect in (_SYNTHETIC, _ASSISTED)]


def _source_types(value: Any, found: list[str]) -> None:
    """Adds values under any key whose last segment is ``digitalSourceType``; depth is bounded by the decoder."""
    if isinstance(value, cbor.MAPS):
        for key, inner in value.items():
            if isinstance(key, str) and _is_source_type(key):
                _texts(inner, found)
            elif key not in ("actions", "templates"):  # their own source types were read already
                _source_types(inner, found)
            else:
                _inside_actions(inner, found)
    elif isinstance(value, cbor.LISTS):
        for inner in value:
            _source_types(inner, found)
    elif isinstance(value, cbor.Tag):
        _source_types(value.value, found)


def _is_source_type(key: str) -> bool:
    folded = key.casefold()
    return folded == _SOURCE_TYPE or folded.endswith(_AS_LAST_SEGMENT)


def _inside_actions(value: Any, found: list[str]) -> None:
    while isinstance(value, cbor.Tag):
        value = value.value
    for action in cbor.items(value):
        if isinstance(action, cbor.MAPS):
            for key, inner in action.items():
                if key == "digitalSourceType":
                    continue
                if isinstance(key, str) and _is_source_type(key):
                    _texts(inner, found)
                else:
                    _source_types(inner, found)


def _texts(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, cbor.MAPS):
        for inner in value.values():
            _texts(inner, found)
    elif isinstance(value, cbor.LISTS):
        for inner in value:
            _texts(inner, found)
    elif isinstance(value, cbor.Tag):
        _texts(value.value, found)


def _unclear(attributed: bool, where: str, note: str) -> _Item:
    evidence = Evidence("", _UNKNOWN, attributed, where)
    return _Item(evidence, _UNKNOWN, begins=False, blank=False, note=note)


def _ingredient(
    run: Validation, label: str, ingredient: Ingredient, known: dict[str, OriginFinding]
) -> list[_Item]:
    parent = ingredient.relationship == "parentOf"
    where = run.manifest.assertion_uri(label)
    attributed = label in run.created
    if ingredient is kinds.REDACTED_INGREDIENT:
        return [_unclear(attributed, where, "an ingredient was redacted: nobody can tell what it was")]
    items: list[_Item] = []
    if ingredient.source_type is not None:
        where = f"{where}#digitalSourceType"
        items.append(_item(ingredient.source_type, attributed, where, begins=parent, component=not parent))
    ancestor = run.ancestors.get(label)
    if ancestor is not None:
        items.append(_of_ancestor(run, ancestor, known, attributed=attributed, parent=parent))
    return items


def _of_ancestor(
    run: Validation, ancestor: Validation, known: dict[str, OriginFinding], *, attributed: bool, parent: bool
) -> _Item:
    """What the manifest of an ingredient makes of the whole."""
    if not ancestor.holds:
        # Nothing a broken manifest states counts; that something is not known does.
        evidence = Evidence("", _UNKNOWN, attributed, ancestor.manifest.uri())
        note: str | None = "an ingredient's credential does not hold"
        return _Item(evidence, _UNKNOWN, begins=parent, blank=False, note=note)
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
    return _Item(evidence, effect, begins=parent, blank=False, note=note)


def _item(value: Any, attributed: bool, where: str, *, begins: bool, component: bool = False) -> _Item:
    term = vocabulary.lookup(value)
    cls = term.cls if term else _UNKNOWN
    effect = _ASSISTED if component and cls is _SYNTHETIC else cls
    note = term.note if term else "a source type outside the IPTC and C2PA vocabularies"
    text = value if isinstance(value, str) else repr(value)[:200]
    evidence = Evidence(text, cls, attributed, where)
    return _Item(evidence, effect, begins=begins, blank=term is not None and term.blank, note=note)


def _decide(items: list[_Item]) -> tuple[_Item | None, tuple[str, ...]]:
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


def _notes(chosen: _Item, items: list[_Item]) -> tuple[str, ...]:
    notes = [chosen.note] if chosen.note else []
    lesser = {
        item.effect for item in items if not item.blank and 0 < _RANK[item.effect] < _RANK[chosen.effect]
    }
    if _HUMAN in lesser:
        notes.append("human edits are stated too; they do not change the class")
    return tuple(notes)
