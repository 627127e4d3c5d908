"""The service: verify, label and sign over HTTP, and a page for people (extra ``serve``).

    from provkit.serve.app import build_app
    from provkit.serve.configuration import Configuration

    app = build_app(Configuration(), provkit.TrustStore.bundled())      # any ASGI server runs it

``provkit serve`` runs it; ``docs/serve.md`` tells how to run it for others.
"""
