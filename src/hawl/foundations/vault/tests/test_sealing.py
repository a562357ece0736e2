"""A sealed value opens in its own place only, and in no other way."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.database.home import InstallationError
from hawl.foundations.vault.keys import KeyRing, key_ring, make_key_file
from hawl.foundations.vault.sealing import CannotOpen, Drawn, blind_index, new_key, seal, unseal

RING = KeyRing(1, {1: AESGCM(b"k" * 32)}, b"i" * 32)
PLACE = ("people_person", "row-1", "names")


def test_what_is_sealed_opens_in_its_own_place() -> None:
    assert unseal(seal(b"Si\xc3\xa2n", *PLACE, RING), *PLACE, RING) == "Siân".encode()


@given(st.binary(max_size=300))
def test_anything_sealed_comes_back_and_is_not_readable(plain: bytes) -> None:
    sealed = seal(plain, *PLACE, RING)
    assert unseal(sealed, *PLACE, RING) == plain
    assert len(plain) < 8 or plain not in sealed


@pytest.mark.parametrize(
    "elsewhere",
    [("people_contact", "row-1", "names"), ("people_person", "row-2", "names"), ("people_person", "row-1", "facts"),
     ("people_person|row-1", "names", ""), ("people_person", "row-1|names", "")],
)  # fmt: skip
def test_a_value_moved_to_another_table_row_or_field_does_not_open(elsewhere: tuple[str, str, str]) -> None:
    with pytest.raises(CannotOpen):
        unseal(seal(b"x", *PLACE, RING), *elsewhere, RING)


def test_no_flipped_bit_and_no_cut_opens() -> None:
    sealed = seal(b"07700 900123", *PLACE, RING)
    for place in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[place // 8] ^= 1 << (place % 8)
        with pytest.raises(CannotOpen):
            unseal(bytes(damaged), *PLACE, RING)
    for end in range(len(sealed)):
        with pytest.raises(CannotOpen):
            unseal(sealed[:end], *PLACE, RING)


def test_the_words_of_a_failure_hold_nothing_of_the_value() -> None:
    with pytest.raises(CannotOpen) as failure:
        unseal(seal(b"canary", *PLACE, RING), "people_person", "row-2", "names", RING)
    assert "canary" not in str(failure.value)
    assert "row-" not in str(failure.value)


def test_equal_values_do_not_look_equal() -> None:
    assert seal(b"x", *PLACE, RING) != seal(b"x", *PLACE, RING)


def test_an_old_key_opens_what_it_sealed_and_new_values_take_the_new_one() -> None:
    old = seal(b"x", *PLACE, RING)
    both = KeyRing(2, {**RING.ciphers, 2: AESGCM(b"n" * 32)}, RING.index)
    new = seal(b"x", *PLACE, both)
    assert unseal(old, *PLACE, both) == unseal(new, *PLACE, both) == b"x"
    assert (old[1:3], new[1:3]) == (b"\x00\x01", b"\x00\x02")
    with pytest.raises(CannotOpen, match="not in the key file"):
        unseal(new, *PLACE, RING)


def test_the_wrong_key_under_the_same_number_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal(b"x", *PLACE, RING), *PLACE, KeyRing(1, {1: AESGCM(b"z" * 32)}, RING.index))


def test_the_index_folds_case_and_forms_and_keeps_purposes_apart() -> None:
    assert blind_index("p", "Siân ", RING) == blind_index("p", "SIA\u0302N", RING)
    assert blind_index("p", "x", RING) != blind_index("q", "x", RING)
    assert blind_index("p", "x", RING) != blind_index("p", "x", KeyRing(1, {}, b"j" * 32))


def test_a_ring_shows_no_key() -> None:
    assert "kkkk" not in repr(RING)
    assert "iiii" not in repr(RING)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "keys" / "vault.json"
    monkeypatch.setenv("HAWL_KEY_FILE", str(file))
    return file


def test_the_key_file_is_made_once_and_for_its_owner_alone(elsewhere: Path) -> None:
    make_key_file()
    first = elsewhere.read_text()
    make_key_file()
    assert elsewhere.read_text() == first
    assert elsewhere.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(json.loads(first)["data"]["1"])) == 32
    assert key_ring().current == 1


def test_a_key_file_that_is_absent_open_to_others_or_damaged_is_told_with_its_mend(elsewhere: Path) -> None:
    with pytest.raises(InstallationError, match="no key file"):
        key_ring()
    make_key_file()
    os.chmod(elsewhere, 0o640)
    with pytest.raises(InstallationError, match="chmod 600"):
        key_ring()
    os.chmod(elsewhere, 0o600)
    elsewhere.write_text("{}")
    with pytest.raises(InstallationError, match="damaged"):
        key_ring()


@given(st.lists(st.integers(min_value=12, max_value=4096), max_size=40))
def test_what_is_drawn_in_blocks_is_as_long_as_asked_and_given_out_once(counts: list[int]) -> None:
    draw = Drawn()
    drawn = [draw(count) for count in counts]
    assert [len(each) for each in drawn] == counts
    # Of what was given out, each twelve bytes that follow each other stand once.
    parts = [each[at : at + 12] for each in drawn for at in range(0, len(each) - 11, 12)]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("count", [-1, 0, 4097])
def test_fewer_or_more_bytes_than_a_block_holds_are_not_drawn(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 4096"):
        Drawn()(count)


def test_what_was_drawn_in_blocks_gives_nothing_in_a_forked_process(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Drawn()
    draw(12)
    forked = os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: forked)
    with pytest.raises(RuntimeError, match="another"):
        draw(12)


def test_values_sealed_with_bytes_drawn_in_blocks_have_each_their_own_nonce_and_open() -> None:
    ring = KeyRing(1, {1: AESGCM(b"k" * 32)}, b"i" * 32, {2: AESGCM(b"w" * 32)}, 2)
    draw = Drawn()
    key, _, _ = new_key(ring, draw)
    sealed = [key.seal(b"Nest", *PLACE, draw) for _ in range(1000)]
    assert len({each[17:29] for each in sealed}) == 1000
    assert key.open(sealed[-1], *PLACE) == b"Nest"
    assert unseal(seal(b"Nest", *PLACE, ring, draw), *PLACE, ring) == b"Nest"
