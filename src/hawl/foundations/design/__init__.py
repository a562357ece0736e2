"""How every page looks: environment, base pages, macros, charts, headers. See README.md."""
