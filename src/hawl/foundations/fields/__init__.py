"""The register of fields: of every column its class, who answers for it, how long it stays and what is done with it."""
