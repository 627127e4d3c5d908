"""Failures in plain words: meaning, usual causes, what to do."""

from __future__ import annotations

from typing import Final

from provkit.codes import StatusCode as C

_ASK: Final = "Ask whoever signed it for an intact copy; as it is, nothing the credential states counts."
_WRITER: Final = "The program that signed it made a mistake: report it there, and ask for a file signed anew."
_CHANGED: Final = "Somebody or something changed the file after it was signed, on purpose or not."
_BROKEN: Final = "A program that does not follow the standard, or damage on the way."
_TAMPERED: Final = "The manifest was changed after signing, or parts of two manifests were put together."

FAILURES: Final[dict[C, tuple[str, str, str]]] = {
    C.ALGORITHM_UNSUPPORTED: (
        "The signature or a hash uses an algorithm that the standard does not allow.",
        "A private or outdated algorithm, or a damaged header.",
        "Sign again with ES256, ES384, ES512, PS256, PS384, PS512 or Ed25519, and SHA-2 hashes.",
    ),
    C.ASSERTION_ACTION_INGREDIENT_MISMATCH: (
        "An action names an ingredient that is not there, or not the right kind.",
        "An ingredient was dropped, or the editing program listed its actions wrongly.",
        _WRITER,
    ),
    C.ASSERTION_ACTION_MALFORMED: (
        "The list of actions is not what the standard asks for.",
        "A required field is missing, an action has no name, or the first action is not created or opened.",
        _WRITER,
    ),
    C.ASSERTION_ACTION_REDACTED: (
        "A list of actions was redacted, which is not allowed.",
        "A program removed the history of the content.",
        _ASK,
    ),
    C.ASSERTION_ACTION_REDACTION_MISMATCH: (
        "An action says that something was redacted, and the redacted assertion is not the one it names.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_ACTION_SOFT_BINDING_MISSING: (
        "An action says that a watermark or fingerprint was added, and the assertion with it is missing.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_BMFF_HASH_MALFORMED: (
        "The hash assertion of the video or image file cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_BMFF_HASH_MISMATCH: (
        "The video or image file is not the one that was signed.",
        "It was edited, transcoded, cut or repackaged after signing.",
        _ASK,
    ),
    C.ASSERTION_BOXES_HASH_MALFORMED: (
        "The assertion that hashes the file part by part cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_BOXES_HASH_MISMATCH: (
        "A part of the file is not the one that was signed.",
        "The file was edited, resized, or its metadata rewritten after signing.",
        _ASK,
    ),
    C.ASSERTION_BOXES_HASH_UNKNOWN_BOX: (
        "The file has a part that the hash assertion does not list.",
        "Something was added after signing.",
        _ASK,
    ),
    C.ASSERTION_CBOR_INVALID: (
        "The content of an assertion is no well-formed CBOR.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_CLOUD_DATA_ACTIONS: (
        "A list of actions is kept elsewhere; the standard wants it inside the manifest.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_CLOUD_DATA_HARD_BINDING: (
        "The hash of the content is kept elsewhere; the standard wants it inside the manifest.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_CLOUD_DATA_LABEL_MISMATCH: (
        "An assertion that is kept elsewhere is of another kind than announced.",
        "The wrong file is at that address, or somebody exchanged it.",
        _ASK,
    ),
    C.ASSERTION_CLOUD_DATA_MALFORMED: (
        "The reference to an assertion kept elsewhere cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT: (
        "The collection has more or fewer files than were signed.",
        "Files were added or removed after signing.",
        _ASK,
    ),
    C.ASSERTION_COLLECTION_HASH_INVALID_URI: (
        "A file name in the collection's hash points outside the collection.",
        "A program that writes absolute paths, or an attempt to reach other files.",
        "Do not unpack the collection; report it to whoever signed it.",
    ),
    C.ASSERTION_COLLECTION_HASH_MALFORMED: (
        "The hash assertion of the collection cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_COLLECTION_HASH_MISMATCH: (
        "A file of the collection is not the one that was signed.",
        _CHANGED,
        _ASK,
    ),
    C.ASSERTION_DATA_HASH_MALFORMED: (
        "The hash assertion cannot be read, or leaves out something other than the credential.",
        "Text was added before the credential, the credential was moved, or the program made a mistake.",
        _ASK,
    ),
    C.ASSERTION_DATA_HASH_MISMATCH: (
        "The content is not the content that was signed.",
        "Editing, other line ends, trimmed white space, another encoding, or another text's credential.",
        "Get the file again from its source, without a step that changes text (copying from a page, editors, mail).",
    ),
    C.ASSERTION_DATA_HASH_REDACTED: (
        "The hash of the content was redacted, which is not allowed.",
        "Somebody tried to free the credential from its content.",
        _ASK,
    ),
    C.ASSERTION_EXTERNAL_REFERENCE_CREATED: (
        "A reference to something outside stands among what the signer answers for.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_EXTERNAL_REFERENCE_HASH_MISMATCH: (
        "What is at the referenced address is not what was referenced.",
        "It was changed or exchanged after signing.",
        _ASK,
    ),
    C.ASSERTION_EXTERNAL_REFERENCE_LABEL_MISMATCH: (
        "What is at the referenced address is of another kind than announced.",
        "The wrong file is at that address, or somebody exchanged it.",
        _ASK,
    ),
    C.ASSERTION_EXTERNAL_REFERENCE_MALFORMED: (
        "A reference to something outside cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_HARD_BINDING_REDACTED: (
        "The assertion that ties the credential to the content was redacted, which is not allowed.",
        "Somebody tried to free the credential from its content.",
        _ASK,
    ),
    C.ASSERTION_HASHED_URI_MISMATCH: (
        "An assertion is not the one that was signed.",
        _TAMPERED,
        _ASK,
    ),
    C.ASSERTION_INACCESSIBLE: (
        "An assertion that is kept elsewhere could not be fetched.",
        "The server is gone, or there is no network; provkit opens no connection by itself.",
        "Try again where the address can be reached, or ask for a file that holds everything itself.",
    ),
    C.ASSERTION_INGREDIENT_MALFORMED: (
        "An ingredient is not what the standard asks for.",
        "No known relationship, or a field of the wrong kind.",
        _WRITER,
    ),
    C.ASSERTION_JSON_INVALID: (
        "The content of an assertion is no well-formed JSON.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_MISSING: (
        "The claim lists an assertion that is not there.",
        "It was removed after signing, without saying so.",
        _ASK,
    ),
    C.ASSERTION_MULTI_ASSET_HASH_MALFORMED: (
        "The hash assertion of a file made of several assets cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_MULTI_ASSET_HASH_MISSING_PART: (
        "A part of the file that was signed is missing.",
        "A program kept the first image of the file and dropped the rest.",
        _ASK,
    ),
    C.ASSERTION_MULTI_ASSET_HASH_MISMATCH: (
        "A part of the file is not the one that was signed.",
        _CHANGED,
        _ASK,
    ),
    C.ASSERTION_MULTIPLE_HARD_BINDINGS: (
        "More than one assertion says which content the credential belongs to.",
        "A program that signs without taking the old hash away, or an attempt at ambiguity.",
        _WRITER,
    ),
    C.ASSERTION_NOT_REDACTED: (
        "An assertion that is said to be redacted is still there.",
        "Redaction was announced and not done.",
        _WRITER,
    ),
    C.ASSERTION_OUTSIDE_MANIFEST: (
        "The claim lists an assertion of another manifest as its own.",
        "An attempt to borrow somebody else's statement, or a mistaken program.",
        _ASK,
    ),
    C.ASSERTION_SELF_REDACTED: (
        "A manifest redacts its own assertion, which makes no sense and is not allowed.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_TIMESTAMP_MALFORMED: (
        "An assertion with time stamps cannot be read.",
        _BROKEN,
        _WRITER,
    ),
    C.ASSERTION_UNDECLARED: (
        "The manifest holds an assertion that the claim does not list, so nobody signed it.",
        "Something was slipped in after signing.",
        _ASK,
    ),
    C.CLAIM_CBOR_INVALID: (
        "The claim is no CBOR in the form the standard asks for.",
        _BROKEN,
        _WRITER,
    ),
    C.CLAIM_HARD_BINDINGS_MISSING: (
        "Nothing in the manifest says which content it belongs to.",
        "The program left the hash of the content out; or this is an update of a credential that does not hold.",
        _WRITER,
    ),
    C.CLAIM_MALFORMED: (
        "A required part of the claim is missing or of the wrong kind.",
        _BROKEN,
        _WRITER,
    ),
    C.CLAIM_MISSING: (
        "The manifest has no claim.",
        "The credential was cut off or taken apart.",
        _ASK,
    ),
    C.CLAIM_MULTIPLE: (
        "The manifest has more than one claim.",
        "Parts of two manifests were put together.",
        _ASK,
    ),
    C.CLAIM_SIGNATURE_MISMATCH: (
        "The signature does not fit the claim and the certificate.",
        "The claim was changed after signing, or signed with a key that is not the certificate's.",
        "Treat it as not signed by whom it names. Signers: provkit keys check CHAIN --key KEY.",
    ),
    C.CLAIM_SIGNATURE_MISSING: (
        "The claim is not signed.",
        "The signature was removed, or the program never made one.",
        _ASK,
    ),
    C.CLAIM_SIGNATURE_OUTSIDE_VALIDITY: (
        "The signer's certificate was not within its dates.",
        "It has expired since and there is no trusted time stamp, or the clock of this machine is wrong.",
        "Check the clock. Signers: add a time stamp (provkit sign --tsa URL): signatures then outlive the certificate.",
    ),
    C.GENERAL_ERROR: (
        "Something is wrong that the standard has no code for.",
        "Usually a store that cannot be taken apart, or room in it that nothing signs; the explanation says what.",
        _ASK,
    ),
    C.HASHED_URI_MISMATCH: (
        "Something that the manifest refers to is not what was referred to.",
        _TAMPERED,
        _ASK,
    ),
    C.HASHED_URI_MISSING: (
        "Something that the manifest refers to is not there.",
        "It was removed after signing.",
        _ASK,
    ),
    C.INGREDIENT_CLAIM_SIGNATURE_MISMATCH: (
        "The signature box of an ingredient's manifest is not the one that was recorded, or does not cover the rest.",
        "Somebody changed the ingredient's manifest, perhaps beside a redaction that was allowed.",
        _ASK,
    ),
    C.INGREDIENT_CLAIM_SIGNATURE_MISSING: (
        "The signature box of an ingredient's manifest is missing, or was never recorded.",
        "It was removed; or something was redacted behind an ingredient of an older version, which cannot be checked.",
        _ASK,
    ),
    C.INGREDIENT_MANIFEST_MISMATCH: (
        "The manifest of an ingredient is not the one that was recorded.",
        _TAMPERED,
        _ASK,
    ),
    C.INGREDIENT_MANIFEST_MISSING: (
        "The manifest of an ingredient is not there.",
        "A program dropped older manifests to save space.",
        _ASK,
    ),
    C.MANIFEST_COMPRESSED_INVALID: (
        "A compressed manifest cannot be unpacked, holds something else, or stands where none may.",
        "It is damaged, or compressed although a hash over the bytes of the whole file binds it to the content.",
        _ASK,
    ),
    C.MANIFEST_HTML_MULTIPLE_MANIFESTS: (
        "The page carries more than one credential; one is allowed.",
        "Two programs signed it, or somebody pasted a second one in.",
        _ASK,
    ),
    C.MANIFEST_INACCESSIBLE: (
        "The file refers to a credential elsewhere, and that could not be fetched.",
        "The server is gone, or there is no network; provkit opens no connection by itself.",
        "Try again where the address can be reached, or ask for the credential itself.",
    ),
    C.MANIFEST_MULTIPLE_PARENTS: (
        "The manifest names more than one parent.",
        "The editing program listed a component as a parent.",
        _WRITER,
    ),
    C.MANIFEST_STRUCTURED_TEXT_EMPTY_REFERENCE: (
        "The comment that should hold the credential is empty.",
        "A template or a tool took the content away.",
        _ASK,
    ),
    C.MANIFEST_STRUCTURED_TEXT_MALFORMED_REFERENCE: (
        "The comment that should hold the credential cannot be read.",
        "A formatter wrapped or re-indented it.",
        "Get the file from before it was formatted, and keep formatters away from the comment.",
    ),
    C.MANIFEST_STRUCTURED_TEXT_MULTIPLE_REFERENCES: (
        "The file has more than one comment with a credential; one is allowed.",
        "Two signed files were joined.",
        _ASK,
    ),
    C.MANIFEST_STRUCTURED_TEXT_NO_MANIFEST: (
        "The comment with the credential holds no manifest.",
        _BROKEN,
        _WRITER,
    ),
    C.MANIFEST_STRUCTURED_TEXT_NO_RESOLUTION_PATH: (
        "The comment refers to a credential in a way that leads nowhere.",
        "A relative address, and nothing it could be relative to.",
        _WRITER,
    ),
    C.MANIFEST_TEXT_CORRUPTED_WRAPPER: (
        "The text holds a credential that is damaged.",
        "The text was cut, or a program removed some of the invisible characters: editors, chats, forms do that.",
        "Get the whole file from its source. To remove what is left: provkit strip.",
    ),
    C.MANIFEST_TEXT_MULTIPLE_WRAPPERS: (
        "The text carries more than one credential; one is allowed.",
        "Signed texts were joined, or somebody pasted a second credential in.",
        "Take the texts apart again, or strip and sign the whole: provkit strip.",
    ),
    C.MANIFEST_TIMESTAMP_INVALID: (
        "A manifest that only adds a time stamp holds more than that.",
        _BROKEN,
        _WRITER,
    ),
    C.MANIFEST_TIMESTAMP_WRONG_PARENTS: (
        "A manifest that only adds a time stamp does not have exactly one parent.",
        _BROKEN,
        _WRITER,
    ),
    C.MANIFEST_UPDATE_INVALID: (
        "A manifest that only adds to another holds something about the content: a hash, a thumbnail, an edit.",
        _BROKEN,
        _WRITER,
    ),
    C.MANIFEST_UPDATE_WRONG_PARENTS: (
        "A manifest that only adds to another does not have exactly one ingredient, a parent with a manifest.",
        _BROKEN,
        _WRITER,
    ),
    C.SIGNING_CREDENTIAL_INVALID: (
        "The signer's certificate may not be used for signing claims.",
        "A usage is missing or wrong, the key is too weak, or it is a certificate of an authority.",
        "Signers: provkit keys check CHAIN names the rule; then have the certificate issued anew.",
    ),
    C.SIGNING_CREDENTIAL_OCSP_REVOKED: (
        "The certification authority has revoked the signer's certificate.",
        "The key was lost or misused, or the signer gave the certificate up.",
        "Do not rely on anything signed with it. Signers: get a new certificate.",
    ),
    C.SIGNING_CREDENTIAL_UNTRUSTED: (
        "No trust list that was consulted vouches for the signer.",
        "A private or development certificate, a missing intermediate, or a list that is out of date.",
        "If you know the signer, add its authority with --trust or the signer with --allowed.",
    ),
}
