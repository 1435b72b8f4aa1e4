"""The simulation of the scheduler, with few workers and tasks."""

from __future__ import annotations

import pytest

from benchmarks import simulation
from benchmarks.simulation import STORIES, Simulation, Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_task_is_done_in_the_end(story: Story) -> None:
    simulated = Simulation(story, workers=5, tasks=700)
    simulated.run(5)
    assert not simulated._machine.busy
    assert not simulated._machine._unwanted
    assert simulated._next == 700


def test_it_prints_a_line_for_each_number_of_workers(capsys: pytest.CaptureFixture[str]) -> None:
    simulation.main(["--workers", "2", "3", "--tasks", "50", "--story", "short"])
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[2:4]] == [
        ["short", "2"],
        ["short", "3"],
    ]
