"""One table: which text has comments, how they are spelled, and which file names mean it (C2PA 2.4 §A.9.2).

What is left out of the table has no comments (JSON, CSV, plain text) or a place of its own
(HTML §A.7, SVG §A.3.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

MARKDOWN: Final = "text/markdown"
XML: Final = "application/xml"
BATCH: Final = "text/x-batch"
_ACTS_ON: Final = {
    BATCH: "%",
    "text/x-bibtex": "@",  # it has no comments: what stands between entries is passed over
}


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one kind of text holds a comment on a line of its own."""

    media_type: str
    """The name used in reports; :data:`ALIASES` has the others."""
    prefix: bytes
    """What begins the comment; one space follows."""
    suffix: bytes = b""
    """What ends it, after one space; empty where the line end does."""
    extensions: tuple[str, ...] = ()
    """Lower case, without the dot."""
    names: tuple[str, ...] = ()
    """Whole file names, lower case."""
    front_matter: bool = False
    """Whether a head between ``---`` or ``+++`` lines is front matter (§A.9.3.2)."""
    end_only: bool = False
    """Whether the first line is never free."""
    paragraphs: bool = False
    """Whether comments are blocks that a blank line parts from the text."""
    also: frozenset[tuple[bytes, bytes]] = frozenset()
    """Prefix and suffix of other comments of the language, which other writers use."""

    @property
    def spellings(self) -> frozenset[tuple[bytes, bytes]]:
        """Prefix and suffix of every comment that may hold a block in this language."""
        return self.also | {(self.prefix, self.suffix)}

    def acts_on(self, reference: bytes) -> str | None:
        """The character of an address that this language acts on even in a comment; None if there is none."""
        sign = _ACTS_ON.get(self.media_type)
        return sign if sign is not None and sign.encode() in reference else None


def _of(media_type: str, prefix: str, extensions: str, *names: str, suffix: str = "") -> Syntax:
    return Syntax(media_type, prefix.encode(), suffix.encode(), tuple(extensions.split()), names)


# Signs of one byte are written twice, but for "#": where no type was signed, a sign that one
# changed byte turns into another could be changed unnoticed (spec/structured-text.md).
_HASH: Final = (
    _of("text/x-python", "#", "py pyi pyw pyx"),
    _of("text/x-ruby", "#", "rb rake gemspec", "gemfile", "rakefile"),
    _of("text/x-perl", "#", "pl pm"),
    _of("text/x-r", "#", "r"),
    _of("text/x-julia", "#", "jl"),
    _of("text/x-elixir", "#", "ex exs"),
    _of("text/x-nim", "#", "nim nims"),
    _of("text/x-crystal", "#", "cr"),
    _of("text/x-gdscript", "#", "gd"),
    _of("text/x-tcl", "#", "tcl"),
    _of("text/x-awk", "#", "awk"),
    _of("text/x-shellscript", "#", "sh bash zsh fish ksh"),
    _of("text/x-powershell", "#", "ps1 psm1 psd1"),
    _of("application/yaml", "#", "yaml yml"),
    _of("application/toml", "#", "toml"),
    _of("text/x-java-properties", "#", "properties"),
    _of("text/x-config", "#", "cfg conf env", ".env", ".gitignore", ".gitattributes", ".editorconfig"),
    _of("text/x-makefile", "#", "mk mak", "makefile", "gnumakefile"),
    _of("text/x-dockerfile", "#", "dockerfile", "dockerfile", "containerfile"),
    _of("text/x-cmake", "#", "cmake", "cmakelists.txt"),
    _of("text/x-starlark", "#", "bzl star", "build.bazel"),
    _of("application/graphql", "#", "graphql gql"),
    _of("text/x-terraform", "#", "tf tfvars hcl"),
    _of("text/x-nix", "#", "nix"),
    _of("text/x-org", "#", "org"),
    _of("text/turtle", "#", "ttl"),
)
_SLASHES: Final = (
    _of("text/x-c", "//", "c h"),
    _of("text/x-c++", "//", "cpp cc cxx hpp hh hxx ipp"),
    _of("text/x-objective-c", "//", "mm"),
    _of("text/x-csharp", "//", "cs csx"),
    _of("text/x-java", "//", "java"),
    _of("text/x-kotlin", "//", "kt kts"),
    _of("text/x-groovy", "//", "groovy gradle"),
    _of("text/x-scala", "//", "scala sbt"),
    _of("text/x-swift", "//", "swift"),
    _of("text/x-go", "//", "go"),
    _of("text/x-rust", "//", "rs"),
    _of("text/x-zig", "//", "zig"),
    _of("text/x-dart", "//", "dart"),
    _of("text/x-d", "//", "d"),
    _of("text/x-fsharp", "//", "fs fsi fsx"),
    _of("text/x-pascal", "//", "pas dpr"),
    _of("text/x-solidity", "//", "sol"),
    _of("text/x-verilog", "//", "v sv vh"),
    _of("text/x-glsl", "//", "glsl vert frag wgsl hlsl"),
    _of("text/x-protobuf", "//", "proto"),
    _of("application/jsonc", "//", "jsonc"),
    _of("application/json5", "//", "json5"),
    _of("text/x-asciidoc", "//", "adoc asciidoc"),
)
_PRESERVED: Final = tuple(
    # Minifiers keep a comment that begins with an exclamation mark (§A.9.3.1).
    _of(media_type, "/*!", extensions, suffix="*/")
    for media_type, extensions in (
        ("text/javascript", "js mjs cjs jsx"),
        ("text/x-typescript", "ts tsx mts cts"),
        ("text/css", "css"),
        ("text/x-scss", "scss"),
        ("text/x-less", "less"),
    )
)
_DASHES: Final = (
    _of("application/sql", "--", "sql"),
    _of("text/x-lua", "--", "lua"),
    _of("text/x-haskell", "--", "hs elm purs"),
    _of("text/x-ada", "--", "adb ads"),
    _of("text/x-vhdl", "--", "vhd vhdl"),
)
_DOUBLED: Final = (
    _of("text/x-tex", "%%", "tex sty ltx dtx"),
    _of("text/x-bibtex", "%%", "bib"),
    _of("text/x-matlab", "%%", "matlab"),
    _of("text/x-erlang", "%%", "erl hrl"),
    _of("application/postscript", "%%", "ps eps"),
    _of("text/x-ini", ";;", "ini"),
    _of("text/x-lisp", ";;", "lisp lsp cl el scm ss rkt"),
    _of("text/x-clojure", ";;", "clj cljs cljc edn"),
    _of("text/x-asm", ";;", "asm nasm"),
    _of("text/x-fortran", "!!", "f90 f95 f03 f08"),
    _of("text/x-vb", "''", "vb vbs bas"),
    _of("text/x-vim", '""', "vim", ".vimrc"),
)
_MARKUP: Final = (
    Syntax(MARKDOWN, b"<!--", b"-->", ("md", "markdown", "mkd", "qmd", "rmd"), front_matter=True),
    Syntax("text/mdx", b"{/*", b"*/}", ("mdx",), front_matter=True),
    Syntax("text/x-vue", b"<!--", b"-->", ("vue",)),
    Syntax("text/x-svelte", b"<!--", b"-->", ("svelte",)),
    # The comment that §A.9.2 names would not be well-formed: "--" stands in the delimiters.
    Syntax(XML, b"<?c2pa", b"?>", ("xml", "xsd", "xsl", "xslt", "rss", "atom", "opf", "ncx", "kml", "plist")),
    Syntax("text/x-ocaml", b"(*", b"*)", ("ml", "mli")),
    Syntax("text/x-rst", b"..", b"", ("rst", "rest"), paragraphs=True),
    Syntax("text/troff", b'.\\"', b"", ("man", "roff")),
    Syntax("text/vtt", b"NOTE", b"", ("vtt",), end_only=True, paragraphs=True),
    Syntax("text/x-php", b"//", b"", ("php", "phtml"), end_only=True),
    # Before "@echo off" a comment would be shown; a label is not.
    Syntax(BATCH, b"::", b"", ("bat", "cmd"), end_only=True),
)

_C: Final = (b"/*", b"*/")
_LINE: Final = (b"//", b"")
_NUMBER: Final = (b"#", b"")
_MARKED: Final = (b"<!--", b"-->")
_ALSO: Final[dict[str, tuple[tuple[bytes, bytes], ...]]] = {
    # Not for each language with such comments: "/*!" runs in MySQL and documents in Rust.
    **dict.fromkeys(
        (
            *("text/x-c", "text/x-c++", "text/x-objective-c", "text/x-csharp", "text/x-java"),
            *("text/x-kotlin", "text/x-groovy", "text/x-scala", "text/x-swift", "text/x-go", "text/x-rust"),
            *("text/x-dart", "text/x-d", "text/x-solidity", "text/x-verilog", "text/x-glsl"),
            *("text/x-protobuf", "application/jsonc", "application/json5", "text/css", "application/sql"),
            "text/x-nix",
        ),
        (_C,),
    ),
    **dict.fromkeys(("text/javascript", "text/x-typescript", "text/x-scss", "text/x-less"), (_C, _LINE)),
    **dict.fromkeys(
        ("text/x-tex", "text/x-bibtex", "text/x-matlab", "text/x-erlang", "application/postscript"),
        ((b"%", b""),),
    ),
    **dict.fromkeys(("text/x-lisp", "text/x-clojure", "text/x-asm"), ((b";", b""),)),
    "text/x-ini": ((b";", b""), _NUMBER),
    "text/x-terraform": (_LINE, _C),
    "text/x-haskell": ((b"{-", b"-}"),),
    "text/x-fsharp": ((b"(*", b"*)"),),
    "text/x-pascal": ((b"(*", b"*)"),),
    "text/x-php": (_C, _NUMBER),
    XML: (_MARKED,),
    BATCH: ((b"REM", b""),),
    "text/x-vb": ((b"REM", b""),),
}

SYNTAXES: Final[dict[str, Syntax]] = {
    one.media_type: replace(one, also=frozenset(_ALSO.get(one.media_type, ())))
    for one in (*_HASH, *_SLASHES, *_PRESERVED, *_DASHES, *_DOUBLED, *_MARKUP)
}
"""Media type to syntax."""

ALIASES: Final[dict[str, str]] = {
    "application/javascript": "text/javascript",
    "application/x-javascript": "text/javascript",
    "text/ecmascript": "text/javascript",
    "text/jsx": "text/javascript",
    "application/typescript": "text/x-typescript",
    "text/typescript": "text/x-typescript",
    "text/yaml": "application/yaml",
    "text/x-yaml": "application/yaml",
    "application/x-yaml": "application/yaml",
    "text/toml": "application/toml",
    "text/xml": XML,
    "text/x-markdown": MARKDOWN,
    "text/python": "text/x-python",
    "text/x-script.python": "text/x-python",
    "application/x-python-code": "text/x-python",
    "application/x-sh": "text/x-shellscript",
    "text/x-sh": "text/x-shellscript",
    "text/rust": "text/x-rust",
    "application/x-ruby": "text/x-ruby",
    "application/x-perl": "text/x-perl",
    "application/x-php": "text/x-php",
    "application/x-httpd-php": "text/x-php",
    "text/x-sql": "application/sql",
    "text/sql": "application/sql",
    "application/x-tex": "text/x-tex",
    "application/x-latex": "text/x-tex",
    "text/x-latex": "text/x-tex",
    "application/x-bibtex": "text/x-bibtex",
    "text/asciidoc": "text/x-asciidoc",
    "text/prs.fallenstein.rst": "text/x-rst",
    "text/org": "text/x-org",
    "text/x-csrc": "text/x-c",
    "text/x-chdr": "text/x-c",
    "text/x-c++src": "text/x-c++",
    "text/x-c++hdr": "text/x-c++",
    "text/x-java-source": "text/x-java",
    "text/x-gosrc": "text/x-go",
    "text/x-rustsrc": "text/x-rust",
    "text/vbscript": "text/x-vb",
    "application/x-powershell": "text/x-powershell",
    "application/x-bat": "text/x-batch",
}
"""Other names of the same types."""

_OWN_PLACE: Final = frozenset({"image/svg+xml", "application/xhtml+xml"})
_BY_EXTENSION: Final = {
    extension: one.media_type for one in SYNTAXES.values() for extension in one.extensions
}
_BY_NAME: Final = {name: one.media_type for one in SYNTAXES.values() for name in one.names}

SPELLINGS: Final = frozenset().union(*(one.spellings for one in SYNTAXES.values()))
"""Prefix and suffix of every comment that may hold a block."""


def syntax_of(media_type: str) -> Syntax | None:
    """The syntax of a media type, parameters and case aside; None if it has no comments."""
    bare = media_type.partition(";")[0].strip().lower()
    found = SYNTAXES.get(ALIASES.get(bare, bare))
    if found is None and bare.endswith("+xml") and bare not in _OWN_PLACE:
        return SYNTAXES[XML]
    return found


def type_of_name(name: str) -> str | None:
    """Media type that a file name, with or without folders, hints at; None if it is not in the table."""
    last = name.replace("\\", "/").rpartition("/")[2].lower()
    whole = _BY_NAME.get(last)
    if whole is not None:
        return whole
    stem, dot, extension = last.rpartition(".")
    return _BY_EXTENSION.get(extension) if dot and stem else None
