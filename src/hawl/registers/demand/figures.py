"""Recorded crime and anti-social behaviour as a figure."""

from __future__ import annotations

from hawl.foundations.measures import Figure, Words, declare
from hawl.registers.demand.queries import demand

RECORDED = declare(
    Figure(
        key="demand.recorded",
        words=Words("Recorded crime and anti-social behaviour", "Troseddau ac ymddygiad gwrthgymdeithasol a gofnodwyd"),
        definition=Words(
            "Rows of the street-level files that the police publish each month: crimes, and beside them incidents of "
            "anti-social behaviour, which are not crimes. What a force does not publish is not counted, and a row "
            "without a place belongs to no council.",
            "Rhesi'r ffeiliau lefel stryd y mae'r heddlu'n eu cyhoeddi bob mis: troseddau, ac ar wahân iddynt "
            "ddigwyddiadau o ymddygiad gwrthgymdeithasol, nad ydynt yn droseddau. Ni chyfrifir yr hyn nad yw heddlu "
            "yn ei gyhoeddi, ac nid yw rhes heb le yn perthyn i unrhyw gyngor.",
        ),
        source=Words("data.police.uk", "data.police.uk"),
        unit="rows",
        answer=demand,
    )
)
