"""On a terminal, a program leaves what it leaves without the line: real ones of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.observe.progress.printing import PROGRAMS
from tests.observe.progress.screen import Terminal, both_ways


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_leaves_the_screen_that_it_leaves_without_a_line(
    name: str, tmp_path: Path
) -> None:
    without, with_line = both_ways(tmp_path, PROGRAMS[name])
    assert with_line == without


def test_what_is_typed_at_a_prompt_arrives_and_stays_on_the_screen(tmp_path: Path) -> None:
    source = """
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
                    print("Hello,", input("who are you? "))
        survey(60)
    """
    without, with_line = both_ways(tmp_path, source, keys="Kepler\n")
    assert with_line == without
    assert any("Hello, Kepler" in line for line in with_line[0])


def test_a_screen_that_is_not_full_is_the_same_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "seen").touch()
    with Terminal(tmp_path, PROGRAMS["few lines"], progress="0") as without:
        without.to_the_end()
    (tmp_path / "seen").unlink()
    with Terminal(tmp_path, PROGRAMS["few lines"], progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.has_seen()
        terminal.to_the_end()
    assert terminal.screen.display == without.screen.display
    assert terminal.screen.cursor.y == without.screen.cursor.y


WAITING = """
    @schedule
    def survey(n):
        for i in range(n):
            print(calibrate(i))
            if i == 10:
                seen()
    survey(60)
"""


def test_a_program_that_is_killed_leaves_no_line(tmp_path: Path) -> None:
    with Terminal(tmp_path, WAITING, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.process.kill()
        terminal.to_the_end()
        assert terminal.screen.margins is None
        assert not any("survey" in line for line in terminal.text)


def test_without_a_terminal_that_can_do_it_no_line_is_written(tmp_path: Path) -> None:
    (tmp_path / "seen").touch()
    with Terminal(tmp_path, WAITING, progress="yes", kind="dumb") as terminal:
        terminal.to_the_end()
    assert terminal.raw.replace(b"\r", b"").split() == [b"%d" % (i * i) for i in range(60)]


def test_a_line_goes_where_the_foot_is_when_the_terminal_gets_another_size(tmp_path: Path) -> None:
    with Terminal(tmp_path, WAITING, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.resize(20, 40)
        terminal.until(lambda: terminal.screen.margins == (0, 18))
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.has_seen()
        terminal.to_the_end()
        assert terminal.text == [str(i * i) for i in range(60)]


def test_a_program_in_the_background_takes_its_line_away_until_it_is_back(tmp_path: Path) -> None:
    """The program is a child that the script puts into the background, as a shell does."""
    source = """
        import signal
        def foreground(group):
            os.tcsetpgrp(0, group)
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        program = os.fork()
        if not program:
            os.setpgid(0, 0)
            foreground(os.getpgrp())
            survey(60)
            os._exit(0)
        for signal_file, group in (("back", os.getpgrp()), ("fore", program)):
            while not os.path.exists(signal_file):
                time.sleep(0.002)
            foreground(group)
        os.waitpid(program, 0)
    """
    with Terminal(tmp_path, source, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        (tmp_path / "back").touch()
        terminal.until(lambda: not terminal.foot)
        assert terminal.screen.margins is None
        (tmp_path / "fore").touch()
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.has_seen()
        terminal.to_the_end()
        assert not terminal.text


def test_while_keys_are_read_one_by_one_nothing_is_drawn(tmp_path: Path) -> None:
    """So editors, pagers and readline read them. What is there stays, until they are done."""
    source = """
        import tty, termios
        from pydron_ng.observe.progress import told
        shown = told.Progress.tell
        drawn = [0]
        def tell(self, calls):
            drawn[0] += 1
            return shown(self, calls)
        told.Progress.tell = tell
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
                    before = termios.tcgetattr(0)
                    tty.setcbreak(0)
                    after = drawn[0] + 2
                    while drawn[0] < after:
                        time.sleep(0.002)
                    os.write(1, b"<raw>")
                    after = drawn[0] + 5
                    while drawn[0] < after:
                        time.sleep(0.002)
                    os.write(1, b"</raw>")
                    termios.tcsetattr(0, termios.TCSANOW, before)
        survey(60)
    """
    with Terminal(tmp_path, source, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.has_seen()
        terminal.to_the_end()
    assert b"<raw></raw>" in terminal.raw
    assert terminal.text == ["<raw></raw>"]


def test_a_call_ends_while_the_terminal_is_held(tmp_path: Path) -> None:
    """Ctrl-S: what writes there waits for Ctrl-Q; this program does not write."""
    source = """
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        survey(60)
        open("ended", "w").close()
        while not os.path.exists("released"):
            time.sleep(0.002)
    """
    with Terminal(tmp_path, source, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.type("\x13")
        terminal.has_seen()
        while not (tmp_path / "ended").exists():
            assert terminal.process.poll() is None
        terminal.type("\x11")
        (tmp_path / "released").touch()
        terminal.to_the_end()
        assert not terminal.text
        assert terminal.screen.margins is None


def test_two_programs_on_one_terminal_do_not_write_over_each_other(tmp_path: Path) -> None:
    source = """
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        @schedule
        def another(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        child = os.fork()
        if child:
            survey(60)
            os.waitpid(child, 0)
        else:
            another(60)
    """
    with Terminal(tmp_path, source, progress="yes") as terminal:
        terminal.until(lambda: "item" in terminal.foot or "%" in terminal.foot)
        first = terminal.foot.split()[0]
        seen = {first}
        for _ in range(40):
            before = len(terminal.raw)
            terminal.until(lambda start=before: len(terminal.raw) > start)  # type: ignore[misc]
            seen.add(terminal.foot.split()[0])
        terminal.has_seen()
        terminal.to_the_end()
        assert seen == {first}
        assert not terminal.text


def test_ctrl_c_leaves_the_traceback_and_no_line(tmp_path: Path) -> None:
    with Terminal(tmp_path, WAITING, progress="yes") as terminal:
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.type("\x03")
        terminal.to_the_end()
        assert terminal.text[-1] == "KeyboardInterrupt"
        assert terminal.screen.margins is None
        assert not any(line.startswith("survey ") for line in terminal.text)
