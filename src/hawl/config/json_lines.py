"""One JSON object a log line: time, level, logger, message, request id. No personal data.

Messages of Hawl are fixed texts with codes beside them. An exception is told by its type and place only: its
text may quote what a person typed.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from hawl.foundations.audit.context import request_id


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Arguments of the message are left out unless the logger is ours, which passes codes only."""
        ours = record.name == "hawl" or record.name.startswith("hawl.")
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if ours else str(record.msg),
        }
        if request_id():
            line["request_id"] = request_id()
        codes = getattr(record, "codes", None)
        if codes:
            line["codes"] = codes
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [
                f"{frame.filename.rsplit('/site-packages/')[-1].rsplit('/src/')[-1]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])[-6:]
            ]
        # A code may be an id or a date: a line that cannot be written would be told with all that is in it.
        return json.dumps(line, ensure_ascii=False, default=str)
