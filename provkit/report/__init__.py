"""Verdicts for people and for programs.

``document`` turns a verdict into plain data, ``text`` into lines for a terminal, ``escape``
makes what a file says harmless there.  ``model`` describes the data for the JSON Schema and is
the only part that needs pydantic; ``explanations`` has a paragraph for every status code.
"""
