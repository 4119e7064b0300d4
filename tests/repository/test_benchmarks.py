"""Do the benchmarks still measure what they say? That both sides live through the same, on the smallest setting."""

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from benchmarks import history
from benchmarks.course import Course
from benchmarks.floor import Floor, floor_worker
from benchmarks.story import full_course
from tests.support.onboardings import QUEUE, STORIES_BEGIN, time_skipping_server


@pytest.fixture(scope="module")
def course() -> Course:
    return full_course()


def test_the_course_is_a_complete_onboarding_with_everything_on(course: Course) -> None:
    """Reminders, the ladder, sign-offs, a rejection, a pause, a crisis in hypercare, the hand-off."""
    told = {key.split("/")[-2] for step in course.steps for key in step.notices}

    assert told >= {"introduction", "reminder", "escalation", "overdue_summary", "sign_off_request", "status_report"}
    assert told >= {"sign_off_rejected", "paused", "resumed", "replanned", "went_live", "hypercare_prolonged"}
    assert told >= {"issue_raised", "service_level_missed", "scope_change_decided", "meeting", "hand_off"}
    assert 90 < course.length.days < 130


def test_the_floor_never_wakes_in_vain(course: Course) -> None:
    """Its alarm clock is set for the moment at which it tells somebody, and for no other."""
    for step, following in zip(course.steps, course.steps[1:], strict=False):
        if following.news is None:
            assert following.after == step.wake
        else:
            assert step.wake is None or step.wake > following.after


async def test_the_product_tells_what_the_course_says_and_the_floor_tells_the_same(course: Course) -> None:
    """What the product told is compared inside; the floor has an activity for each telling."""
    product = await history.of_the_product(course)
    floor = await history.of_the_floor(course)

    tellings = sum(len(step.tellings) for step in course.steps)
    news = sum(1 for _ in course.news)
    assert tellings == floor.kinds["activity_task_completed"]
    assert news == floor.kinds["workflow_execution_update_accepted"]
    assert news == product.kinds["workflow_execution_update_accepted"]
    assert floor.runs == 1
    assert product.runs > 1


async def test_the_floor_tells_nothing_before_its_time(course: Course) -> None:
    """The first steps, on a server whose clock stands still until somebody moves it."""
    until = next(number for number, step in enumerate(course.steps) if step.news is not None)
    short = course.model_copy(update={"steps": course.steps[:until]})
    env = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=time_skipping_server()
    )
    async with env, floor_worker(env.client, short, task_queue=QUEUE):
        await env.sleep(STORIES_BEGIN - await env.get_current_time())
        began = await env.get_current_time()
        handle = await env.client.start_workflow(Floor.run, id="floor", task_queue=QUEUE)

        await handle.result()

        assert await env.get_current_time() - began >= short.length
