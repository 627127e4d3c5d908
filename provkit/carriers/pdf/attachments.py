"""Where a document names its files: associated files, the tree of embedded files, annotations.

C2PA 2.4 §A.4.2.1 asks for two ways to the store: ``/AF`` of the catalog, and the name tree
``/EmbeddedFiles`` or an annotation of the kind ``FileAttachment``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf.syntax import Dict, Item, Ref
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.carriers.pdf.document import Document
    from provkit.carriers.pdf.objects import Indirect

RELATIONSHIP: Final = "C2PA_Manifest"
TREE_DEPTH: Final = 32
"""Levels of a name tree or page tree."""


class Specification(NamedTuple):
    """A file specification that says it holds a manifest store."""

    ref: Ref
    holder: Indirect


def manifests(document: Document, update: int = 0) -> tuple[Specification, ...]:
    """What ``/AF`` of the catalog names with the relationship of a manifest store, once each.

    The standard speaks of an indirect reference, ISO 32000-2 of an array of them: both are read.

    Raises:
        MalformedError: ``/AF`` is something else, or a store is named without a reference.
    """
    seen: dict[Ref, Specification] = {}
    for one in associated(document, update):
        if isinstance(one.value, Dict) and names_manifest(one.value):
            raise MalformedError("the catalog of the PDF names a manifest store without a reference")
        if isinstance(one.value, Ref) and one.value not in seen:
            specification = read_specification(document, one.value, update)
            if specification is not None:
                seen[one.value] = specification
    return tuple(seen.values())


def associated(document: Document, update: int = 0) -> tuple[Item, ...]:
    """The entries of ``/AF`` of the catalog, as they stand there; as :func:`manifests`."""
    root = document.root(update)
    entry = root.dictionary.item("AF")
    found = document.resolve(entry, root, update)
    if found is None:
        return () if entry is None else (entry,)
    item, holder = found
    if isinstance(item.value, tuple):
        if len(item.value) > document.limits.container_parts:
            raise LimitError(f"the PDF has more than {document.limits.container_parts} associated files")
        document.spend(len(item.value))
        return item.value
    if entry is not None and isinstance(item.value, Dict) and holder is not root:
        return (entry,)
    raise MalformedError("the catalog of the PDF has an /AF that is no array of references")


def read_specification(document: Document, ref: Ref, update: int = 0) -> Specification | None:
    """The file specification ``ref`` names, None if it has another relationship."""
    holder = document.object(ref, update)
    if holder is None or not isinstance(holder.item.value, Dict) or not names_manifest(holder.item.value):
        return None
    return Specification(ref, holder)


def names_manifest(dictionary: Dict) -> bool:
    """Whether a dictionary has the relationship of a manifest store, under any of its doubled keys."""
    if "AFRelationship" in dictionary.repeated:
        raise MalformedError("a file specification of the PDF has two relationships")
    return dictionary.get("AFRelationship") == RELATIONSHIP


class Leaf(NamedTuple):
    """A node of a name tree that lists names, and the way to it from the root."""

    names: Item
    """The array."""
    holder: Indirect
    """The object the array stands in."""
    path: tuple[tuple[Item, Indirect], ...]
    """Dictionaries from the root to this node, each with the object it stands in."""


def embedded_files(document: Document, update: int = 0) -> tuple[Item, Indirect] | None:
    """The root of the tree of embedded files, None if there is none."""
    root = document.root(update)
    names = document.resolve(root.dictionary.item("Names"), root, update)
    if names is None:
        return None
    if not isinstance(names[0].value, Dict):
        raise MalformedError("the catalog of the PDF has a /Names that is no dictionary")
    tree = document.resolve(names[0].value.item("EmbeddedFiles"), names[1], update)
    if tree is not None and not isinstance(tree[0].value, Dict):
        raise MalformedError("the PDF has a tree of embedded files that is no dictionary")
    return tree


def leaves(document: Document, update: int = 0) -> Iterator[Leaf]:
    """The nodes of the tree of embedded files that list names, in order.

    Raises:
        MalformedError: nodes in a circle, too deep, or of another form.
        LimitError: more nodes than ``limits.container_parts``.
    """
    tree = embedded_files(document, update)
    if tree is None:
        return
    left = document.limits.container_parts
    visited: set[Ref] = set()
    stack: list[tuple[tuple[Item, Indirect], ...]] = [(tree,)]
    while stack:
        left -= 1
        if left < 0:
            raise LimitError(f"a name tree of the PDF has more than {document.limits.container_parts} nodes")
        path = stack.pop()
        item, holder = path[-1]
        if not isinstance(item.value, Dict) or len(path) > TREE_DEPTH:
            raise MalformedError("a name tree of the PDF is damaged or too deep")
        names = document.resolve(item.value.item("Names"), holder, update)
        if names is not None:
            if not isinstance(names[0].value, tuple) or len(names[0].value) % 2:
                raise MalformedError("a name tree of the PDF has a node without pairs")
            yield Leaf(names[0], names[1], path)
        kids = document.resolve(item.value.item("Kids"), holder, update)
        if kids is None:
            continue
        if not isinstance(kids[0].value, tuple):
            raise MalformedError("a name tree of the PDF has /Kids that are no array")
        for kid in reversed(kids[0].value):
            if not isinstance(kid.value, Ref) or kid.value in visited:
                raise MalformedError("a name tree of the PDF leads in a circle")
            visited.add(kid.value)
            node = document.resolve(kid, kids[1], update)
            if node is not None:
                stack.append((*path, node))


def attached_manifests(document: Document, update: int = 0) -> tuple[Ref, ...]:
    """References in the tree of embedded files to file specifications of manifest stores, once each.

    Raises:
        MalformedError: a damaged tree, or a store named without a reference.
        LimitError: more names than ``limits.container_parts``.
    """
    found: dict[Ref, bool] = {}
    left = document.limits.container_parts
    for leaf in leaves(document, update):
        values = leaf.names.value[1::2] if isinstance(leaf.names.value, tuple) else ()
        left -= len(values)
        if left < 0:
            raise LimitError(f"the PDF has more than {document.limits.container_parts} embedded files")
        for value in values:
            if isinstance(value.value, Dict) and names_manifest(value.value):
                raise MalformedError("the PDF embeds a manifest store without a reference")
            if isinstance(value.value, Ref) and value.value not in found:
                found[value.value] = read_specification(document, value.value, update) is not None
    return tuple(ref for ref, named in found.items() if named)


def pages(document: Document, update: int = 0) -> Iterator[Indirect]:
    """The pages, in order; nothing of their content is read.

    Raises:
        MalformedError: pages in a circle, too deep, or of another form.
        LimitError: more nodes than ``limits.container_parts``.
    """
    top = document.root(update).dictionary.get("Pages")
    stack = [(top, 0)]
    visited: set[Ref] = set()
    while stack:
        ref, depth = stack.pop()
        if not isinstance(ref, Ref) or ref in visited or depth > TREE_DEPTH:
            raise MalformedError("the pages of the PDF lead in a circle, or too deep")
        visited.add(ref)
        if len(visited) > document.limits.container_parts:
            raise LimitError(f"the PDF has more than {document.limits.container_parts} pages")
        node = document.object(ref, update)
        if node is None:
            continue
        kids = document.value(node.dictionary.get("Kids"), update)
        if kids is None:
            yield node
        elif isinstance(kids, tuple):
            stack.extend((kid.value, depth + 1) for kid in reversed(kids))
        else:
            raise MalformedError("the pages of the PDF have /Kids that are no array")


def page_annotations(document: Document, page: Indirect, update: int = 0) -> Iterator[Dict]:
    """The annotations of a page.

    Raises:
        MalformedError: ``/Annots`` is no array.
    """
    listed = document.value(page.dictionary.get("Annots"), update)
    if listed is None:
        return
    if not isinstance(listed, tuple):
        raise MalformedError("a page of the PDF has /Annots that are no array")
    document.spend(len(listed))
    for item in listed:
        found = document.dictionary(item.value, update)
        if found is not None:
            yield found
