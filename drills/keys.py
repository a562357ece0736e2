"""The drill of the keys: rotation and renewal killed twenty times each, on an installation of its own.

python drills/keys.py [PEOPLE] [KILLS]     prints one line of JSON; ends with 1 where anything was lost or let through
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hawl.config.throw_away import home_of_its_own

_NUMBERS = [int(each) for each in sys.argv[1:] if each.isdigit()]
PEOPLE = _NUMBERS[0] if _NUMBERS else 600
KILLS = _NUMBERS[1] if len(_NUMBERS) > 1 else 20
HAWL = str(Path(sys.executable).parent / "hawl")


def hawl(*arguments: str) -> Any:
    """Run the command line to its end; what it says as JSON, where it says any."""
    done = subprocess.run([HAWL, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"hawl {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-400:]}")
    return json.loads(done.stdout) if done.stdout.startswith("{") else None


def kill_while(work: str, chance: random.Random) -> int:
    """Begin the work and kill it again and again; gives how many of the kills met it at work. Then let it end."""
    met = 0
    for _ in range(KILLS):
        # Slow steps, so that a kill falls into the work and not after it.
        running = subprocess.Popen([sys.executable, __file__, "--slowly", work], start_new_session=True)
        time.sleep(chance.uniform(1.5, 4.0))
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            met += 1
        running.wait()
    hawl("keys", work, "--json")
    return met


def slowly(work: str) -> None:
    """The work in small parts, with a moment between."""
    _django()
    from hawl.foundations.access.actor import Actor
    from hawl.foundations.vault import actions

    actions._WRAPPED_AT_ONCE = actions._PEOPLE_AT_ONCE = 4
    run = {"rotate": actions.rotate, "renew": actions.renew}[work]
    run(by=Actor(label="drill", machine=True), progress=lambda _: time.sleep(0.05))


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")
    import django

    django.setup()


def look() -> dict[str, Any]:
    """In a process of its own: how many values open, a digest of all, and how many forgeries are taken."""
    done = subprocess.run([sys.executable, __file__, "--look"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-600:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def looked() -> dict[str, Any]:
    """What `look` asks for."""
    _django()
    import hashlib

    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.vault.fields import opened
    from hawl.foundations.vault.owners import sealed_fields
    from hawl.foundations.vault.resealing import tables_of_people
    from hawl.foundations.vault.sealing import CannotOpen

    told = {"values": 0, "unreadable": 0, "forged": 0, "taken": 0}
    digest, chance, cells = 0, random.Random(5), []  # noqa: S311 - a drill that repeats itself
    with acting_as(Actor(label="drill", machine=True)):
        for model, _ in tables_of_people():
            for field in sealed_fields(model):
                for pk, value in model._base_manager.exclude(**{field.attname: None}).values_list("pk", field.attname):
                    place = (model._meta.db_table, str(pk), str(field.column))
                    told["values"] += 1
                    try:
                        plain = opened(bytes(value), *place)
                    except CannotOpen:
                        told["unreadable"] += 1
                        continue
                    digest ^= int.from_bytes(hashlib.sha256(repr(place).encode() + plain).digest(), "big")
                    cells.append((place, bytes(value)))
        for place, value in chance.sample(cells, min(1000, len(cells))):
            other, _ = chance.choice(cells)
            bit = chance.randrange(len(value) * 8)
            flipped = bytearray(value)
            flipped[bit // 8] ^= 1 << (bit % 8)
            forgeries = [(other, value)] if other != place else []
            for where, what in [*forgeries, (place, bytes(flipped)), (place, value[:-1])]:
                told["forged"] += 1
                try:
                    opened(what, *where)
                    told["taken"] += 1
                except CannotOpen:
                    pass
    return {**told, "digest": f"{digest:064x}"}


def main() -> None:
    """Invent, import, rotate and renew under kills, retire the old keys, look."""
    with home_of_its_own() as folder:
        feed = folder / "feed.jsonl"
        hawl("demo", "feed", "--people", str(PEOPLE), "--seed", "7", "--out", str(feed))
        hawl("prepare")
        hawl("feed", "import", str(feed), "--json")
        chance, began = random.Random(11), time.monotonic()  # noqa: S311 - a drill that repeats itself
        before = look()
        told: dict[str, Any] = {"drill": "keys", "people": PEOPLE, "values": before["values"]}
        for work in ("rotate", "renew"):
            told[f"kills_{work}"] = kill_while(work, chance)
            after = look()
            told[f"unreadable_after_{work}"] = after["unreadable"]
            told[f"same_after_{work}"] = after["digest"] == before["digest"]
        retired = hawl("keys", "status", "--json")["can_retire"]
        for number in retired:
            hawl("keys", "retire", str(number))
        last = look()
        told |= {"keys_destroyed": len(retired), "unreadable_after_destroying": last["unreadable"],
                 "forged": last["forged"], "forgeries_taken": last["taken"],
                 "seconds": round(time.monotonic() - began)}  # fmt: skip
        told["well"] = (
            not any(value for name, value in told.items() if name.startswith("unreadable"))
            and told["same_after_rotate"] and told["same_after_renew"] and last["digest"] == before["digest"]
            and told["forgeries_taken"] == 0 and last["values"] == before["values"] and retired != []
        )  # fmt: skip
        print(json.dumps(told))
        sys.exit(0 if told["well"] else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--slowly"]:
        slowly(sys.argv[2])
    elif sys.argv[1:2] == ["--look"]:
        print(json.dumps(looked()))
    else:
        main()
