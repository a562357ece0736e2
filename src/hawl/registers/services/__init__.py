"""The catalogue of support services and its public directory."""
