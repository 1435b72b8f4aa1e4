"""The simulation of the scheduler, with few workers and tasks."""

from __future__ import annotations

import pytest

from benchmarks import simulation, slow_worker
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


@pytest.mark.parametrize("times", [10, 1e6])
def test_a_slow_worker_holds_up_the_others_only_while_nobody_helps(times: float) -> None:
    stories = [slow_worker.Story(4, 20, times, helped=helped) for helped in (False, True)]
    for story in stories:
        story.run()
    alone, helped = stories
    assert alone.now >= times
    assert helped.now < min(alone.now, 13)
