"""All cases of a file at once, by statements of DuckDB."""

from __future__ import annotations

from hawl.rights.evaluating.columnar.evaluation import evaluate_columnar

__all__ = ["evaluate_columnar"]
