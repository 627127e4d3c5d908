"""Strict rules in plain words: what is asked, why, and what to do about a file that breaks one.

Findings name them in brackets.  The exact wording, the clause, and what others do stand in
``spec/verification.md`` and ``spec/containers.md``.  Rules that also give warnings are in
:mod:`.explained_words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGN: Final = "Writers: sign the file anew. Readers: get an intact copy from where it was published."
_OPEN: Final = (
    "Nothing signs these bytes, so each has one allowed value: else something could be hidden there."
)
_TWICE: Final = "What can be read in two ways is a statement for one reader and another for the next."

RULES: Final[Mapping[str, tuple[str, str, str]]] = {
    "STRICT-TEXT-1": (
        "A text has one credential; a second well-formed one makes it invalid.",
        "Which of two counts must not be a matter of taste.",
        "Take the part that you trust, with its own credential, out of the other.",
    ),
    "STRICT-TEXT-2": (
        "Remains of a credential in a text make it invalid, not unsigned.",
        "A damaged credential must not look like none; text tools delete invisible characters.",
        _SIGN,
    ),
    "STRICT-TEXT-3": (
        "Behind the store a text credential holds nothing, or one of the two known paddings.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-TEXT-4": (
        "The hash of a text leaves out exactly the credential, no byte more or less.",
        "Whatever a hash leaves out is unsigned.",
        _SIGN,
    ),
    "STRICT-TEXT-5": (
        "The text before and behind a credential must not grow together into other characters.",
        "Else the text that was signed is not the text that is shown.",
        _SIGN,
    ),
    "STRICT-TEXT-6": (
        "Bytes that are not UTF-8 and hold a credential are damaged, not unsigned.",
        "Somebody stored the text in another encoding.",
        "Get the text in UTF-8, as it was published.",
    ),
    "STRICT-STORE-1": (
        "The boxes of a store say plainly where they end, and no two manifests have one name.",
        "An open end lets bytes join unseen.",
        _SIGN,
    ),
    "STRICT-STORE-2": (
        "The parts of a store that no hash covers are a type and a name and nothing more.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-STORE-3": (
        "Each manifest in a store is an ingredient of the active one, directly or in turn.",
        "Nothing vouches for one that nobody refers to.",
        _SIGN,
    ),
    "STRICT-CLAIM-1": (
        "A claim is written in its shortest form, without duplicates and without anything behind it.",
        _TWICE,
        _SIGN,
    ),
    "STRICT-CLAIM-2": (
        "The name of a manifest follows the grammar of the standard.",
        "Only addresses inside the claim sign the name.",
        _SIGN,
    ),
    "STRICT-CLAIM-3": (
        "A claim lists an assertion once, in one list.",
        "Else the signer both stands behind it and does not.",
        _SIGN,
    ),
    "STRICT-CLAIM-4": (
        "Hashes in a claim are bytes, what it redacts is a list, and its generator has a name and a version in text.",
        "Another type in their place is read in another way by each reader.",
        _SIGN,
    ),
    "STRICT-CBOR-1": (
        "Assertions have no duplicate keys, no shared values, nothing behind them, and numbers that are numbers.",
        _TWICE,
        _SIGN,
    ),
    "STRICT-CBOR-2": (
        "Actions, ingredients and hashes are CBOR, as the standard defines them.",
        "Readers that know the definition read nothing there.",
        _SIGN,
    ),
    "STRICT-SIG-1": (
        "A manifest has one signature, and it is the one that the claim names.",
        "A second one is unsigned content.",
        _SIGN,
    ),
    "STRICT-SIG-2": (
        "The unsigned header of a signature holds known entries only, and padding of zeros.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-SIG-3": (
        "A signature has one certificate chain, and asks for no extension that must be understood.",
        "Nothing of the kind is defined, and with two chains two readers see two signers.",
        _SIGN,
    ),
    "STRICT-SIG-4": (
        "The envelope of a signature, and the headers for time stamps and revocation, are in their one form.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-SIG-5": (
        "A certificate chain that nothing signs holds only certificates that have a part in it.",
        "One that no path needs could be anything, and be changed with nobody noticing.",
        "The signer is not trusted. If you are the signer: put the chain into the signed header, without the rest.",
    ),
    "STRICT-TIME-1": (
        "A time-stamp token is written in its one form, and every certificate in it has a part.",
        _OPEN,
        "The time stays a claim of the signer. Ask the time-stamp authority for tokens in DER.",
    ),
    "STRICT-OCSP-1": (
        "Of several stapled revocation answers the worst one counts.",
        "A signer who is revoked would put an older, better one first.",
        "Nothing, unless you are the signer: staple one answer, the newest.",
    ),
    "STRICT-HASH-1": (
        "Every hash says which algorithm made it.",
        "What is not said cannot be checked, only guessed.",
        _SIGN,
    ),
    "STRICT-HASH-2": ("The padding of the data hash is there, and is zeros.", _OPEN, _SIGN),
    "STRICT-BIND-1": (
        "The hash that ties a credential to its content is one the signer stands behind.",
        "What is only gathered, nobody answers for.",
        _SIGN,
    ),
    "STRICT-BOX-1": (
        "A box hash lists every box, leaves no byte between two of them, and leaves out metadata only.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-UPDATE-1": (
        "An update binds its content through parents that all hold.",
        "A hash that nobody answers for binds nothing.",
        _SIGN,
    ),
    "STRICT-REDACT-1": (
        "What is left of a redacted ingredient is covered by its own signature.",
        "Its manifest has another hash since, so that nothing else covers the rest.",
        _SIGN,
    ),
    "STRICT-PACK-1": (
        "The active manifest of a file whose bytes are all hashed is not compressed.",
        "One content has many compressed spellings, and nothing signs which.",
        _SIGN,
    ),
    "STRICT-IMG-1": (
        "The place of the credential in the file is undamaged, there is one, and nothing else stands in it.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-IMG-2": (
        "The store reads as boxes and, written again, gives the bytes that were found.",
        _OPEN,
        _SIGN,
    ),
    "STRICT-IMG-7": (
        "The data hash leaves out exactly the credential found in this file.",
        "Whatever a hash leaves out is unsigned.",
        _SIGN,
    ),
    "STRICT-IMG-8": (
        "The claim lists every assertion, and each can be read in one way.",
        _TWICE,
        _SIGN,
    ),
    "STRICT-IMG-9": (
        "Each manifest in the store is an ingredient of the active one, directly or in turn.",
        "Nothing vouches for one that nobody refers to.",
        _SIGN,
    ),
    "STRICT-IMG-12": (
        "A statement of identity has its required fields.",
        "A writer that does not follow the standard; what it states is not judged here.",
        _SIGN,
    ),
    "STRICT-IMG-14": (
        "A trust list counts for its purpose only, and a distrusted certificate for nobody.",
        "The reference engine keeps one list for signers and time stamps; here there are two.",
        "Give authorities of signers with --trust, and those of time stamps with --tsa-trust.",
    ),
    "STRICT-IMG-15": (
        "An update has no hash of the content of its own.",
        "It changes statements and no content; the parent binds the content.",
        _SIGN,
    ),
    "STRICT-IMG-16": (
        "An archive is its files and its directory, which agree, and nothing else; the hash lists every file.",
        "Programs that unpack archives differ in what they believe.",
        "Writers: pack the files anew and sign. Readers: do not unpack it.",
    ),
    "STRICT-IMG-17": (
        "A box hash lists every box of the file.",
        "The reference engine stops where the list ends; what follows could be anything.",
        _SIGN,
    ),
    "STRICT-IMG-18": (
        "What assertions of the active manifest refer to has the hash and the form that they name.",
        "The reference engine does not follow these references, so they could name what nobody signed.",
        _SIGN,
    ),
    "STRICT-IMG-19": (
        "What was taken out of an earlier manifest is zeros, or that manifest is as it was when it was added.",
        "Else something else could stand in the place of what was redacted.",
        _SIGN,
    ),
}
"""Every rule that gives no warning."""

__all__ = ["RULES"]
