"""YAML data files read strictly, the line of every part kept, mistakes told in plain English."""

from __future__ import annotations

from hawl.foundations.datafiles.document import DatafileError, Document
from hawl.foundations.datafiles.reading import read

__all__ = ["DatafileError", "Document", "read"]
