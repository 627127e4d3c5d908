"""Reading provenance at crawl scale, and weighing documents by it.  No framework is imported here."""
