"""The account for those who take the data: Croissant 1.1 (MLCommons) with its RAI terms.

There is no term for a synthetic *share*, so the interval stands in ``variableMeasured``, in a sentence
of ``rai:dataLimitations``, and as the boolean that reviewers ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.crawl.account_model import Account
    from provkit.crawl.strata import Stratum

NAMESPACE: Final = "urn:provkit:crawl:"
_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_FIELDS: Final = (
    ("id", "sc:Text", "$.id", "Identifier the input gave."),
    ("text", "sc:Text", "$.text", "Text for training."),
    ("url", "sc:Text", "$.metadata.url", "Where it was found."),
    ("class", "sc:Text", "$.metadata.provenance.class", "What is stated about its origin."),
    ("assurance", "sc:Text", "$.metadata.provenance.assurance", "How well that is known."),
    ("sample_weight", "sc:Float", "$.metadata.sample_weight", "Relative to 1 for an unknown document."),
)


def croissant(account: Account, found: Sequence[Stratum]) -> dict[str, Any]:
    """The content of ``croissant.json``; plain JSON-LD."""
    unit = "tokens" if account.kept.tokens else "bytes"
    shares = account.kept_shares.tokens if unit == "tokens" else account.kept_shares.bytes
    synthetic, human = shares.synthetic, shares.human
    limitation = (
        f"Known synthetic: {synthetic.lower:.2%} of {unit}; with everything of unknown origin at most "
        f"{synthetic.upper:.2%}. Stated as human work by listed signers: {human.lower:.2%} of {unit}."
    )
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": f"kept-{entry.name}",
            "name": f"kept-{entry.name}",
            "description": f"{entry.documents} documents, {entry.tokens} tokens: {entry.name}.",
            "encodingFormat": "application/jsonlines",
            "includes": f"kept/{entry.name}.*.jsonl.gz",
        }
        for entry in found
    ]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": "provkit-weighed-crawl",
        "description": (
            f"{account.kept.documents} documents kept of {account.total.documents} under the policy "
            f"{account.policy.name}, with what is known of the origin of each."
        ),
        "url": f"urn:sha256:{account.run}",
        "distribution": sets,
        "recordSet": [_records(entry.name) for entry in found],
        "rai:dataCollectionType": ["Web Scraping"],
        "rai:hasSyntheticData": synthetic.lower > 0,
        "rai:dataLimitations": [
            limitation,
            *account.warnings,
        ],
        "prov:wasDerivedFrom": [
            {"@id": f"urn:provkit:input:{n}", "sc:name": i.name} for n, i in enumerate(account.inputs)
        ],
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "sc:name": f"provkit weigh {account.provkit}",
            "sc:identifier": [
                f"policy sha256:{account.policy.sha256}",
                f"trust lists sha256:{account.trust.sha256}",
            ],
        },
        "variableMeasured": [
            _measured("knownSyntheticShare", synthetic.lower, synthetic.lower, synthetic.upper, unit),
            _measured("listedHumanShare", human.lower, human.lower, human.upper, unit),
        ],
    }


def _records(name: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": f"records-{name}",
        "name": f"records-{name}",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"records-{name}/{field}",
                "name": f"records-{name}/{field}",
                "description": said,
                "dataType": kind,
                "source": {"fileSet": {"@id": f"kept-{name}"}, "extract": {"jsonPath": path}},
            }
            for field, kind, path, said in _FIELDS
        ],
    }


def _measured(name: str, value: float, low: float, high: float, unit: str) -> dict[str, Any]:
    return {
        "@type": "sc:PropertyValue",
        "sc:propertyID": f"{NAMESPACE}{name}",
        "sc:name": name,
        "sc:value": value,
        "sc:minValue": low,
        "sc:maxValue": high,
        "sc:unitText": f"fraction of {unit}",
    }


__all__ = ["croissant"]
