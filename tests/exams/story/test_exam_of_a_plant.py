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
from tests.exams.story import after, before, corrected, day, plant, proof
from tests.exams.story.world import Story


def test_an_exam_of_a_plant(
    app: Flask, session: Session, cast: Cast, services: Services, clock: ManualClock
) -> None:
    story = Story(app, session, cast, services, clock)
    a_plant_and_its_bank(story)
    an_examiner_writes_an_exam(story)
    the_day_of_the_exam(story)
    people_mark(story)
    results_come_out(story)
    wrong = an_appeal_leads_to_a_regrade(story)
    it_all_can_be_proved(story, wrong)


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


def people_mark(story: Story) -> None:
    after.two_people_mark(story)
    after.an_adjudicator_decides(story)
    after.results_are_released(story)


def results_come_out(story: Story) -> None:
    after.pass_rates_add_up(story)
    after.the_cheat_loses_the_certificate(story)
    after.certificates_are_for_those_who_passed(story)
    after.some_sit_again(story)
    after.the_resits_count(story)


def an_appeal_leads_to_a_regrade(story: Story) -> corrected.Correction:
    wrong = corrected.find_the_wrong_question(story)
    corrected.an_appeal_is_filed(story, wrong)
    run = corrected.the_examiner_corrects_the_key(story, wrong)
    corrected.the_regrade_is_applied(story, wrong, run)
    corrected.certificates_follow(story, wrong)
    corrected.the_appellant_reads_the_answer(story, wrong)
    return wrong


def it_all_can_be_proved(story: Story, wrong: corrected.Correction) -> None:
    proof.every_chain_is_intact(story)
    proof.evidence_stands_alone(story, wrong)
    proof.the_digest_of_the_day_betrays_changes(story)
    proof.the_table_holds_everybody(story)
    proof.papers_are_drawn_again(story)
    proof.papers_were_fair(story)
