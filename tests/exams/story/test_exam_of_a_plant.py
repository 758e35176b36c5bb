"""An exam of a plant of 300 people, from its blueprint to appeals, regrade and evidence.

One story in seven chapters; everything in it follows from one seed and a clock that is moved by
hand. What people do by the hundred goes through the operations, what one person would click goes
through the pages.
"""

from flask import Flask
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.services import Services
from tests.cast import Cast
from tests.exams.story import before, day, plant
from tests.exams.story.world import Story


def test_an_exam_of_a_plant(
    app: Flask, session: Session, cast: Cast, services: Services, clock: ManualClock
) -> None:
    story = Story(app, session, cast, services, clock)
    a_plant_and_its_bank(story)
    an_examiner_writes_an_exam(story)
    the_day_of_the_exam(story)


def a_plant_and_its_bank(story: Story) -> None:
    plant.build_plant(story)
    plant.build_bank(story)
    assert (len(story.people), len(story.teams)) == (300, 12)


def an_examiner_writes_an_exam(story: Story) -> None:
    before.write_the_exam(story)
    before.meet_the_shortage_and_mend_it(story)
    before.appoint_markers(story)
    before.grant_what_two_people_need(story)
    before.preview_and_publish(story)


def the_day_of_the_exam(story: Story) -> None:
    day.the_door_is_closed(story)
    day.all_but_ten_come_in(story)
    day.the_early_one_answers_by_hand(story)
    day.the_door_closes(story)
    day.the_power_fails(story)
    day.half_of_them_are_quick(story)
    day.the_others_take_their_time(story)
    day.the_cellar_delivers_late(story)
    day.the_hall_is_empty(story)
    day.people_decide(story)
