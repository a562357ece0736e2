"""The public site: what a person is owed and who can help, in both languages. See README.md."""
