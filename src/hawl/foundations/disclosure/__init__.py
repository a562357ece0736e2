"""Small numbers kept from giving people away. Pure: no Django, no database.

```python
from hawl.foundations.disclosure import FEW, HIDDEN, protect

shown = protect({("police", "6.1a"): (40, 2, 9), ("police", "6.8"): (31, 12, 0)})
```
"""

from __future__ import annotations

from hawl.foundations.disclosure.rounding import rounded
from hawl.foundations.disclosure.tables import FEW, HIDDEN, LEAST, Count, Line, Mark, protect

__all__ = ["FEW", "HIDDEN", "LEAST", "Count", "Line", "Mark", "protect", "rounded"]
