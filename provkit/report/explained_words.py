"""Words of a report that are no status codes: states, warnings, errors and levels of detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPORT: Final = "Report it to the project, with the file if you may share it."
_OLDER: Final = "A writer of an older edition of the standard."
_CAPPED: Final = "The state is valid at most. Get a file written by a current program if that is not enough."
_TOLD: Final = "Nothing; it is told because another writer would not do it."
_COVERS: Final = "Remember what the signature covers; judge the rest by where it came from."

STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "trusted": (
        "The credential holds for these bytes, and a trust list vouches for the signer.",
        "The signer has a certificate of a listed authority, or is itself on a list that you gave.",
        "Nothing. It says who stated something, not that the statement is so.",
    ),
    "valid": (
        "The credential holds for these bytes, and no list that was consulted knows the signer.",
        "A certificate of an own or unlisted authority, or a list that was not given.",
        "If you know the signer, add its authority with --trust. Else the name in it may be anybody's.",
    ),
    "invalid": (
        "There is a credential, and it does not hold for these bytes.",
        "The file was changed after signing, or the credential belongs to another file.",
        "Look at the failure codes; get the file again from where it was published.",
    ),
    "unsigned": (
        "There is no credential, and no remains of one. That is no finding about the content.",
        "Most content has none; and many programs and sites remove it.",
        "Ask where the file comes from, or look for the published original.",
    ),
}
"""What a verdict says in one word."""

WARNINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "active-content": (
        "The page or document runs scripts, and what they show is not covered.",
        "Most pages of the web have scripts.",
        _COVERS,
    ),
    "certified": (
        "The PDF was certified by its author, who allows few changes; a credential may be reported as one.",
        "A credential is added to a PDF that carries a certifying signature.",
        "Sign first and certify afterwards, where you can choose.",
    ),
    "comment-sign": (
        "Nothing signed says which sign begins a comment in this text.",
        "The signer named no media type that has comments.",
        "Look at the file as what it is; sign with the media type of the language.",
    ),
    "cut-off": (
        "The text ends where a credential may have begun.",
        "A field or a message of limited length cut the text.",
        "Get the text whole, as it was published.",
    ),
    "cross-check": (
        "What a second engine says about this file, and where that differs. The state stays.",
        "You asked with --cross-check. Most differences are habits of early writers, which ours takes exactly.",
        "Read the code it names with explain; where both disagree about a new file, please report it.",
    ),
    "damaged-credential": (
        "The bytes of a credential stand in a page or a text where none is read.",
        "It quotes one, as articles about the standard do, or a program damaged it or moved it there.",
        "Get the file as it was published. It counts as unsigned.",
    ),
    "damaged-structure": (
        "The PDF is damaged so that its parts cannot be listed; no store stands in it.",
        "A broken writer, or a download that stopped.",
        "Get the file again if you expected a credential.",
    ),
    "decoy": (
        "Something that resembles a credential stands beside the credential.",
        "Remains of an older credential, or somebody who wants readers to look at the wrong one.",
        "Rely on this verdict only: what other programs read may be the decoy.",
    ),
    "encoding": (
        "The page declares an encoding in which its bytes may read differently.",
        "An old page, or one made so that readers see other words than were signed.",
        "Look at the bytes, or ask for the page in UTF-8.",
    ),
    "encrypted": (
        "The PDF is encrypted and was not opened; no store stands in it.",
        "It needs a password.",
        "Give the password with --password.",
    ),
    "external-content": (
        "The credential refers to something kept elsewhere, which was not looked at.",
        "The signer put data or a licence on a server instead of into the credential.",
        "Remember that what is there may have changed; the warning says whether a hash covers it.",
    ),
    "hidden-characters": (
        "The text holds characters that nobody sees, or that change the order of what is seen.",
        "Copying from other programs, or text written to be read differently by people and programs.",
        "Look at the text with such characters made visible before you rely on it.",
    ),
    "identity": (
        "The credential names somebody who stands behind it, and that does not hold.",
        "An identity was copied from another file, or the program that wrote it made a mistake.",
        "Do not rely on that name; verify -v says why. The credential and its signer are not affected.",
    ),
    "ingredient-delta": (
        "Something is wrong with an ingredient that nobody recorded when it was added.",
        "A certificate was revoked or ran out since, a stricter verifier looked, or the record was wrong.",
        "Look at the codes of the ingredient; rely on what is found now.",
    ),
    "not-nfc": (
        "Characters may have been replaced by others that Unicode declares equal.",
        "File systems and editors that normalise text.",
        "Nothing: both spellings have the same meaning, and the signature covers that.",
    ),
    "password": (
        "The PDF opens only with a password, and few programs find a credential in such a file.",
        "A credential is added to a protected PDF.",
        "Use a sidecar (sign --sidecar) where others have to find it.",
    ),
    "quoted-credential": (
        "A page quotes a signed text; that credential does not speak for the page.",
        "A publishing system put a signed text into its template.",
        "Publishers: sign the finished page. Readers: get the text itself.",
    ),
    "remote-manifest": (
        "The file names a credential that is kept at an address.",
        "The writer put the credential on a server instead of into the file.",
        "Add --online to fetch and judge it.",
    ),
    "sidecar": (
        "The credential is in a file beside this one.",
        "It was signed with --sidecar, or the format has no place for a credential.",
        "Keep both files together.",
    ),
    "statements-cut": (
        "The credential states more than is shown.",
        "A writer that repeats itself, or one that wants to hide a statement among many.",
        "Look at all of it with inspect.",
    ),
    "sub-resources": (
        "The page loads images, styles or other files, which are not covered.",
        "Most pages of the web do.",
        _COVERS,
    ),
    "time-stamp": (
        "There is a time stamp, and it does not count.",
        "The warning says why: an authority on no list, another signature, damage.",
        "Take the time as a claim of the signer; add the authority with --tsa-trust if you know it.",
    ),
    "STRICT-IMG-3": ("A manifest has the type of an older edition.", _OLDER, _CAPPED),
    "STRICT-IMG-4": (
        "The unsigned header of the signature holds an entry of an older form, or an empty one.",
        _OLDER,
        "Nothing, unless the state is valid where you expected trusted: some unsigned bytes could be others.",
    ),
    "STRICT-IMG-5": (
        "The envelope of the signature is not in its shortest form.",
        "A writer that reserves room before it signs.",
        _CAPPED,
    ),
    "STRICT-IMG-6": ("The padding of the data hash is blanks and not zeros.", _OLDER, _TOLD),
    "STRICT-IMG-10": ("A data box or stored credential is covered by no hash.", _OLDER, _CAPPED),
    "STRICT-IMG-11": (
        "The signer left parts of the file out of the hash beyond those that have to be.",
        "Programs that change these parts later.",
        _COVERS,
    ),
    "STRICT-IMG-13": (
        "The signer's certificate has run out, and no listed authority vouches for the time of signing.",
        "It was signed without a time stamp, or with one of an unlisted authority.",
        "The state is valid at most. If you know the authority, add it with --tsa-trust.",
    ),
    "STRICT-TIME-2": (
        "A certificate was outside its validity, and only an unlisted authority says when it was used.",
        "A claim of version 1, from years without a list for time stamps.",
        "The state is valid at most, and the time is a claim. Add the authority with --tsa-trust if you know it.",
    ),
}
"""What stands before the colon of a warning."""

ERRORS: Final[Mapping[str, tuple[str, str, str]]] = {
    "error": ("Something went wrong that has no kind of its own.", "A fault in provkit.", _REPORT),
    "internal": (
        "provkit failed, or what it wrote did not verify and was not given out.",
        "A fault in provkit, or a process that ran out of memory.",
        _REPORT,
    ),
    "malformed": (
        "The file is not what it has to be, so nothing can be said about it.",
        "A download that stopped, a wrong ending, or a damaged file.",
        "Get the file again; open it with the program it is for.",
    ),
    "limit": (
        "A bound was reached before there was an answer.",
        "A very large file, or one made to keep programs busy.",
        "From Python, larger Limits can be given if you know where the file comes from.",
    ),
    "unsupported": (
        "This version of provkit cannot judge or write it.",
        "A format without a carrier, or a feature of the standard that is missing here.",
        "See provkit formats; a newer version may do it.",
    ),
    "already-signed": (
        "The file carries a credential already, and signing would drop or double it.",
        "It was signed before.",
        "Use sign --resign to keep its history, or strip it first.",
    ),
    "credential": (
        "The key, certificate or chain cannot be used for signing.",
        "They do not belong together, a password is wrong, or the certificate breaks the profile.",
        "See provkit keys check.",
    ),
    "configuration": (
        "Something you wrote cannot be used: an option, a list, a configuration file.",
        "A typing error, a missing file, or options that exclude each other.",
        "The message says which; see --help of the command.",
    ),
    "unreadable": (
        "The file could not be read or written.",
        "It is not there, permission is missing, or it is a folder.",
        "Check the path and the permissions; folders need -r.",
    ),
    "unsafe": (
        "A name found in or beside a file leads out of its folder, and was not followed.",
        "A link, an absolute path, or somebody who wants other files to be read.",
        "Put the file and its credential into one folder, without links.",
    ),
    "blocked": (
        "Something elsewhere may not be fetched.",
        "Another server than the one named, a private address, or too many steps.",
        "See --any-origin, and the rules in spec/fetching.md.",
    ),
    "unreachable": (
        "Something elsewhere could not be fetched.",
        "No such host, no connection, or a broken answer.",
        "Try again later, or get the credential by hand.",
    ),
    "policy": (
        "What was asked for is not met.",
        "The signer is on no list, or the stated origin is another one.",
        "--trust adds an authority, --allow-untrusted accepts any signer, --require-origin says which origin.",
    ),
}
"""Kinds of errors, as reports name them."""

LEVELS: Final[Mapping[str, tuple[str, str, str]]] = {
    "L1": (
        "One short line: is there a credential, does it hold, what is stated.",
        "verify -q, or --level 1.",
        "For lists and for people who need no more.",
    ),
    "L2": (
        "Who signed, when, what is stated, and what went wrong.",
        "verify without options, or --level 2.",
        "Enough for most decisions.",
    ),
    "L3": (
        "All that was found: evidence of the origin, assertions, every code, and the chain of manifests.",
        "verify -v, or --level 3.",
        "To see where content comes from, step by step. What an invalid credential states is left out.",
    ),
    "L4": (
        "For examinations: also each step of verification, where the credential stands, what the codes mean.",
        "verify -vv, or --level 4; every box is in inspect -v.",
        "Of an invalid credential this also shows what it states of itself; nobody answers for that.",
    ),
}
"""Levels of detail, after the C2PA user experience guidance."""

__all__ = ["ERRORS", "LEVELS", "STATES", "WARNINGS"]
