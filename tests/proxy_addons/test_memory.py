"""A worker that has grown beyond its bound makes way, one at a time."""

import os
from pathlib import Path

from proxy_addons.memory import MIB, Growth, Turn, private_bytes

PAGE = os.sysconf("SC_PAGESIZE")


def write(statm: Path, mib: int, shared: int = 0) -> None:
    statm.write_text(f"99999 {(mib + shared) * MIB // PAGE} {shared * MIB // PAGE} 1 0 1 0\n")


def test_what_was_there_at_the_start_is_no_growth(tmp_path: Path) -> None:
    statm = tmp_path / "statm"
    write(statm, 500)
    growth = Growth(128, statm)
    write(statm, 620, shared=1000)
    assert not growth.is_too_much()
    write(statm, 629)
    assert growth.is_too_much()


def test_this_process_has_memory_of_its_own() -> None:
    assert private_bytes(Path("/proc/self/statm").read_text()) > MIB


def test_one_has_the_turn_at_a_time_and_it_ends_with_the_process(tmp_path: Path) -> None:
    mine = Turn(tmp_path)
    assert mine.take()
    assert mine.take()
    child = os.fork()
    if not child:
        os._exit(1 if Turn(tmp_path).take() else 0)
    assert os.waitpid(child, 0)[1] == 0
