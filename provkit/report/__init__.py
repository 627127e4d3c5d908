"""Verdicts for people and for programs.

``document`` turns a verdict into plain data, ``text`` into lines for a terminal, ``escape``
makes what a file says harmless there.  ``page`` is the same as one page of HTML, with the chain
of manifests as a ``picture``; ``sarif`` and ``junit`` are for CI.  ``model`` describes the data
for the JSON Schema and is the only part that needs pydantic; ``explained`` has a paragraph for
every word that a report uses.
"""
