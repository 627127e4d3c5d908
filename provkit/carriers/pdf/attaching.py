"""The entries that lead to a manifest store, written into a document (C2PA 2.4 §A.4.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.carriers.pdf import attachments
from provkit.carriers.pdf.syntax import Dict, Item, Ref
from provkit.errors import MalformedError

if TYPE_CHECKING:
    from provkit.carriers.pdf.update import Update

FILE_NAME: Final = b"content_credential.c2pa"
SUBTYPE: Final = b"/application#2Fc2pa"
"""``application/c2pa`` as a name."""


def _spelled(ref: Ref) -> bytes:
    return str(ref).encode("ascii")


def associate(update: Update, old: tuple[Ref, ...], new: Ref) -> None:
    """``/AF`` of the catalog: the new store in the place of the old one, other files kept."""
    document = update.document
    root = document.root()
    entry = root.dictionary.item("AF")
    if entry is None:
        update.append(root, root.item, b"/AF [%s]" % _spelled(new))
        return
    found = document.resolve(entry, root)
    if found is None or not isinstance(found[0].value, tuple):
        kept = [entry.value] if found is not None and entry.value not in old else []
        refs = b" ".join(_spelled(ref) for ref in [*kept, new] if isinstance(ref, Ref))
        update.replace(root, entry, b"[%s]" % refs)
        return
    item, holder = found
    mine = [one for one in item.value if one.value in old] if isinstance(item.value, tuple) else []
    for one in mine[1:]:
        update.replace(holder, one, b"")
    if mine:
        update.replace(holder, mine[0], _spelled(new))
    else:
        update.append(holder, item, _spelled(new))


def attach(update: Update, old: tuple[Ref, ...], new: Ref) -> None:
    """The name tree of embedded files: the new store under the old name, or under a name of its own."""
    document = update.document
    leaves = list(attachments.leaves(document))
    taken: set[bytes] = set()
    for leaf in leaves:
        for key, value in _pairs(leaf.names):
            if value.value in old:
                update.replace(leaf.holder, value, _spelled(new))
                return
            taken.add(document.text(key, leaf.holder))
    name, count = FILE_NAME, 1
    while name in taken:
        count += 1
        name = FILE_NAME.replace(b".", b"-%d." % count)
    if leaves:
        _insert(update, leaves, name, new)
        return
    tree = attachments.embedded_files(document)
    root = document.root()
    if tree is not None:
        item, holder = tree
        before, after = b"/Names [", b"]"
    elif (names := document.resolve(root.dictionary.item("Names"), root)) is not None:
        item, holder = names
        before, after = b"/EmbeddedFiles << /Names [", b"] >>"
    else:
        item, holder = root.item, root
        before, after = b"/Names << /EmbeddedFiles << /Names [", b"] >> >>"
        dangling = root.dictionary.item("Names")
        if dangling is not None:
            pair = update.string(name, root.number, root.generation) + b" " + _spelled(new)
            update.replace(root, dangling, before.removeprefix(b"/Names ") + pair + after)
            return
    pair = update.string(name, holder.number, holder.generation) + b" " + _spelled(new)
    update.append(holder, item, before + pair + after)


def _pairs(names: Item) -> list[tuple[Item, Item]]:
    flat = names.value if isinstance(names.value, tuple) else ()
    return list(zip(flat[::2], flat[1::2], strict=True))


def _insert(update: Update, leaves: list[attachments.Leaf], name: bytes, new: Ref) -> None:
    """Keys of a name tree are in order, and nodes below the root say from where to where (§7.9.6)."""
    document = update.document
    leaf = leaves[-1]
    for one in leaves:
        pairs = _pairs(one.names)
        if pairs and document.text(pairs[-1][0], one.holder) > name:
            leaf = one
            break
    pair = update.string(name, leaf.holder.number, leaf.holder.generation) + b" " + _spelled(new)
    for key, _ in _pairs(leaf.names):
        if document.text(key, leaf.holder) > name:
            update.insert(leaf.holder, key.start, pair + b" ")
            break
    else:
        update.append(leaf.holder, leaf.names, pair)
    for item, holder in leaf.path[1:]:
        node = item.value
        limits = document.resolve(node.item("Limits"), holder) if isinstance(node, Dict) else None
        if limits is not None and isinstance(limits[0].value, tuple) and len(limits[0].value) == 2:
            first, last = limits[0].value
            spelled = update.string(name, limits[1].number, limits[1].generation)
            if name < document.text(first, limits[1]):
                update.replace(limits[1], first, spelled)
            if name > document.text(last, limits[1]):
                update.replace(limits[1], last, spelled)


def annotate(update: Update, new: Ref) -> None:
    """§A.4.2.1: a certified document gets an annotation, for its degree of changes may allow that."""
    document = update.document
    page = next(attachments.pages(document), None)
    if page is None:
        raise MalformedError("the PDF has no page to attach a credential to")
    annotation = update.reserve()
    listed = document.resolve(page.dictionary.item("Annots"), page)
    if listed is not None:
        update.append(listed[1], listed[0], _spelled(annotation))
    elif (dangling := page.dictionary.item("Annots")) is not None:
        update.replace(page, dangling, b"[%s]" % _spelled(annotation))
    else:
        update.append(page, page.item, b"/Annots [%s]" % _spelled(annotation))
    # Hidden (2), without extent: the page looks as before.
    update.add(
        annotation,
        b"<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 0 0] /F 2 /P %d %d R /FS %s >>"
        % (page.number, page.generation, _spelled(new)),
    )


def specify(update: Update, specification: Ref, store: Ref) -> None:
    """The file specification, with all that ISO 32000-2 Table 43 wants of an associated file."""
    name = update.string(FILE_NAME, specification.number, specification.generation)
    stream = _spelled(store)
    update.add(
        specification,
        b"<< /Type /Filespec /F %s /UF %s /AFRelationship /%s /Subtype %s /EF << /F %s /UF %s >> >>"
        % (name, name, attachments.RELATIONSHIP.encode(), SUBTYPE, stream, stream),
    )


def store_dictionary(update: Update, store: Ref, date: bytes) -> tuple[bytes, ...]:
    """What the dictionary of the store says; its length goes between the pieces."""
    secret = b""
    if update.document.encryption is not None:
        secret = b"/Filter /Crypt /DecodeParms << /Type /CryptFilterDecodeParms /Name /Identity >> "
    spelled = update.string(date, store.number, store.generation)
    head = b"/Type /EmbeddedFile /Subtype %s %s/Params << /ModDate %s /Size " % (SUBTYPE, secret, spelled)
    return head, b" >> /Length ", b""
