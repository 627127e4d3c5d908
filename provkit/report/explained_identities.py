"""The codes of identity assertions in plain words.  None of them changes the state of a credential."""

from __future__ import annotations

from typing import Final

from provkit.statements.codes import IdentityCode as C

_NOTHING: Final = "Nothing: this is how it should be."
_LEAVE: Final = "Do not rely on the identity. What is said of the credential and its signer stays as it is."
_WRITER: Final = "The program that wrote the identity made a mistake, or it was taken from another file."
_TAKEN: Final = "The identity was taken from another file, or the program that wrote it made a mistake."

IDENTITIES: Final[dict[C, tuple[str, str, str]]] = {
    C.WELL_FORMED: (
        "An identity assertion holds: its form, what it is about, and its signature.",
        "Somebody beside the signer of the credential stands behind assertions of it.",
        "Nothing; whether a list knows who that is, another code says.",
    ),
    C.SIGNATURE_VALIDATED: (
        "The identity was signed with the key that belongs to its certificate.",
        "Nobody changed what the identity is about.",
        _NOTHING,
    ),
    C.INSIDE_VALIDITY: (
        "The certificate of the identity was within its dates at the time that counts.",
        "That time is that of a trusted time stamp where one is there, else now.",
        _NOTHING,
    ),
    C.CREDENTIAL_TRUSTED: (
        "A list for identities vouches for whoever the identity names.",
        "The certificate chains to an authority of that list.",
        "Nothing. It says who stands behind assertions, not that they are true.",
    ),
    C.NETWORK_BLOCKED: (
        "The identity could only be checked by asking a server, and nobody was asked.",
        "An aggregator vouches for it, whose key is kept at an address that the file names (did:web).",
        "Treat the identity as not checked; a program that goes online may say more.",
    ),
    C.SIG_TYPE_UNKNOWN: (
        "The identity is of a kind that this version does not know.",
        "A newer edition of CAWG, or somebody's own kind.",
        "Treat the identity as not checked.",
    ),
    C.CREDENTIAL_UNTRUSTED: (
        "No list for identities that was consulted knows whoever signed the identity.",
        "No such list was given; none comes with provkit. Anybody can make a certificate with any name.",
        "If you know the authority, add it with --identity-trust. Else the name may be anybody's.",
    ),
    C.CBOR_INVALID: (
        "The identity assertion has not the fields it must have.",
        _WRITER,
        _LEAVE,
    ),
    C.PAD_INVALID: (
        "The padding of the identity assertion holds something else than zeros.",
        "Content that no identity covers was put there, or the writer made a mistake.",
        _LEAVE,
    ),
    C.ASSERTION_MISMATCH: (
        "The identity is about an assertion that this credential does not have, or not like that.",
        _TAKEN,
        _LEAVE,
    ),
    C.ASSERTION_DUPLICATE: (
        "The identity names one assertion twice.",
        _WRITER,
        _LEAVE,
    ),
    C.HARD_BINDING_MISSING: (
        "The identity does not name the assertion that binds the content, so it is about no content at all.",
        _WRITER,
        _LEAVE,
    ),
    C.CREDENTIAL_REVOKED: (
        "The certificate of the identity was revoked before it was used, or nobody can tell that it was after.",
        "A key was lost or stolen, or the holder changed.",
        _LEAVE,
    ),
    C.EXPECTED_CLAIM_MISMATCH: (
        "The identity was given for another claim than the one it stands in.",
        "Assertions were added or changed after the identity was signed.",
        _LEAVE,
    ),
    C.EXPECTED_GENERATOR_MISMATCH: (
        "The identity was given for a claim of another signer.",
        "Somebody else signed the credential with it.",
        _LEAVE,
    ),
    C.EXPECTED_COUNTERSIGNER_MISSING: (
        "The identity expects another identity beside it, which is not there.",
        "It was left out, or changed, when the credential was signed.",
        _LEAVE,
    ),
    C.UNEXPECTED_COUNTERSIGNER: (
        "Another identity stands beside this one, which lists whom it expects and does not list that one.",
        "An identity was added after this one was signed.",
        _LEAVE,
    ),
    C.ALGORITHM_UNSUPPORTED: (
        "The identity was signed with an algorithm that the standard does not allow.",
        "A private or outdated algorithm, or a key of another kind.",
        _LEAVE,
    ),
    C.SIGNATURE_MISMATCH: (
        "The signature of the identity does not hold for what the identity is about.",
        "It was taken from another file, or changed, or is in no form that is known.",
        _LEAVE,
    ),
    C.OUTSIDE_VALIDITY: (
        "The certificate of the identity was not within its dates at the time that counts.",
        "It ran out, and no trusted time stamp shows that it was used before.",
        _LEAVE,
    ),
    C.CREDENTIAL_INVALID: (
        "The certificate of the identity breaks the rules for certificates, or cannot be read.",
        "A certificate made for something else, for example a web server.",
        _LEAVE,
    ),
}
"""An explanation for every code of an identity assertion."""
