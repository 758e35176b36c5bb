"""Chapters four and five of the story: marking by people, results, certificates, resits."""

from collections import Counter
from itertools import groupby

import pytest
from sqlalchemy import select

from accounts.models import User
from certificates.models import Certificate
from certificates.review_queries import open_reviews
from core.clock import local_date
from core.errors import Conflict
from exams.models import ManualMark, MarkRound, Sitting, SittingQuestion
from exams.queries.marking_progress import agreements, progress_of, release_of
from question_bank.keys import QuestionType
from reports.queries.pass_rates import PassRates, pass_rates
from reports.rules import Counts
from tests.exams.story import roles
from tests.exams.story.before import FULL, PASS_MARK
from tests.exams.story.counting import count_again
from tests.exams.story.desk import mark_everything, text_of
from tests.exams.story.hall import answer_all, come_in, hand_in
from tests.exams.story.plant import GENEROUS, SHOUTED, STRICT
from tests.exams.story.world import ZONE, Story

RESITS = 12


def two_people_mark(story: Story) -> None:
    """Each marks every answer; who left the written question open has a result already."""
    story.at(hours=15)
    waiting = [one for one in story.all_sittings() if one.score_tenths is None]
    known = [one for one in story.all_sittings() if one.score_tenths is not None]
    assert len(waiting) + len(known) == 290
    assert 0 < len(known) < 30
    assert all(one.is_passed is None for one in waiting)

    counts = rates(story).total
    assert (counts.to_mark, counts.sat, counts.not_sat) == (len(waiting), len(known), 9)

    first, second, _judge = story.markers
    assert one_marks_by_hand(story) + mark_everything(story, first, STRICT) == len(waiting)
    assert mark_everything(story, second, GENEROUS) == len(waiting)


def one_marks_by_hand(story: Story) -> int:
    """The first answer is marked on its page, which tells nothing of whose it is."""
    browser = story.browser(story.markers[0])
    version = progress_of(story.session, story.exam_id)[0].version_id
    here = f"/exams/{story.exam_id}/marking/questions/{version}/next"
    token = browser.post(here).location.split("/")[-1]
    page = browser.get(f"/marking/{token}").text
    assert "采分点，答到就勾" in page
    assert "工人" not in page
    given = STRICT[text_of(story, token)]
    data = {"points": [str(number) for number in given.points]}
    assert browser.post(f"/marking/{token}", data=data).status_code == 302
    story.settle()
    return 1


def an_adjudicator_decides(story: Story) -> None:
    """Of one answer the two think too differently; a third person sees both marks and decides."""
    assert sum(one.disputed for one in progress_of(story.session, story.exam_id)) == 1
    assert release_of(story.session, story.exam_id).unfinished == 1
    judge = story.markers[2]
    assert mark_everything(story, judge, {SHOUTED: STRICT[SHOUTED]}) == 1

    (ruled,) = story.session.scalars(
        select(ManualMark).where(ManualMark.round == MarkRound.ADJUDICATOR)
    )
    assert ruled.tenths == 0
    found = agreements(story.session, story.exam_id)
    assert all(0.5 < (one.kappa or 0) <= 1 for one in found.values())
    assert any(one.exact < one.pairs for one in found.values())
    page = story.browser("examiner").get(f"/exams/{story.exam_id}/marking").text
    assert all(f"加权 κ {float(one.kappa):.2f}" in page for one in found.values() if one.kappa)


def results_are_released(story: Story) -> None:
    """One press; every score is what counting by hand comes to."""
    story.at(hours=18)
    story.browser("examiner").post(f"/exams/{story.exam_id}/marking/release")
    assert release_of(story.session, story.exam_id).ready == 0
    every_score_adds_up(story)
    user = story.people[roles.EARLY]
    sitting = story.sitting(user)
    page = story.browser(user).get(f"/sittings/{sitting.id}/result").text
    assert f"{(sitting.score_tenths or 0) / 10:g}" in page
    assert ("合格" if sitting.is_passed else "不合格") in page
    assert "回执" in story.browser(user).get(f"/sittings/{sitting.id}/receipt").text


def every_score_adds_up(story: Story, *, right: dict[int, int] | None = None) -> None:
    """Score, full score and verdict of everybody, from the stored answers alone."""
    counted = count_again(story.session, story.exam_id, right=right)
    cheat = story.sittings[story.people[roles.CHEAT].id]
    for sitting in story.all_sittings():
        paper = counted[sitting.id]
        assert paper.full_tenths == sitting.full_score_tenths == FULL
        assert paper.score_tenths == sitting.score_tenths
        passes = paper.is_passed(PASS_MARK) and sitting.id != cheat
        assert sitting.is_passed is passes


def rates(story: Story) -> PassRates:
    story.settle()
    actor = story.actor("safety_manager")
    return pass_rates(story.session, actor, story.exam, zone=ZONE, now=story.now)


def pass_rates_add_up(story: Story) -> Counts:
    """Persons, teams, workshops, plant: 300 people, 1 exempt, 9 absent, nobody left to mark."""
    found = rates(story)
    total = found.tree.total
    plant = total[story.cast.team("second_plant").id]
    assert (plant.everyone, plant.exempt, plant.required) == (300, 1, 299)
    assert (plant.sat, plant.not_sat, plant.to_mark) == (290, 9, 0)
    of_teams = [total[team.id] for team in story.teams]
    assert sum(of_teams, Counts()) == plant
    for workshop, teams in groupby(story.teams, key=lambda team: team.parent_id):
        assert sum((total[team.id] for team in teams), Counts()) == total[workshop or 0]

    passed = Counter[int | None]()
    for user_id in {one.user_id for one in story.all_sittings() if one.is_passed}:
        team_id = story.teams[story.people.index(_person(story, user_id)) // 25].id
        passed[team_id] += 1
    assert [passed[team.id] for team in story.teams] == [one.passed for one in of_teams]
    assert 0.5 < plant.passed / plant.sat < 0.95
    return plant


def _person(story: Story, user_id: int) -> User:
    return next(user for user in story.people if user.id == user_id)


def certificates_are_for_those_who_passed(story: Story) -> None:
    """Nobody else has one, least of all who missed the red line with points enough, or cheated."""
    holders = standing_certificates(story)
    sittings = story.all_sittings()
    assert holders == {one.id for one in sittings if one.is_passed}
    red_line = [
        one for one in sittings if (one.score_tenths or 0) >= PASS_MARK and one.must_pass_missed
    ]
    assert red_line
    assert not any(one.is_passed for one in red_line)
    assert story.sittings[story.people[roles.CHEAT].id] not in holders


def standing_certificates(story: Story) -> set[int]:
    """The sittings whose certificates hold."""
    found = select(Certificate.sitting_id).where(Certificate.revoked_at.is_(None))
    return set(story.session.scalars(found))


def the_cheat_loses_the_certificate(story: Story) -> None:
    """Marked by the machine alone, the paper had passed before it was made void: a person asks."""
    actor, today = story.actor("safety_manager"), local_date(story.now, ZONE)
    ((review, certificate),) = open_reviews(story.session, actor, today=today)
    assert certificate.sitting_id == story.sittings[story.people[roles.CHEAT].id]
    sent = {"outcome": "revoked", "reason": "夹带小抄"}
    story.browser("safety_manager").post(f"/certificates/reviews/{review.id}", data=sent)
    story.settle()
    assert not open_reviews(story.session, actor, today=today)


def some_sit_again(story: Story) -> None:
    """Not before a day has passed; they have learned, and meet questions they have not had."""
    failed = [one.user_id for one in story.all_sittings() if one.is_passed is False][:RESITS]
    people = [_person(story, user_id) for user_id in failed]
    story.at(hours=20)
    with pytest.raises(Conflict, match="离上一次考试还不够久"):
        come_in(story, people[:1])
    story.at(hours=30)
    verdicts = rates(story).total
    before = {user.id: _drawn(story, story.sittings[user.id]) for user in people}
    come_in(story, people)
    for user in people:
        story.skill[user.id] = 0.97
        assert not _avoidable(story, before[user.id] & _drawn(story, story.sittings[user.id]))
    answer_all(story, people)
    story.at(hours=31)
    hand_in(story, people)
    waiting = sum(one.score_tenths is None for one in story.all_sittings(try_number=2))
    assert waiting > RESITS // 2
    # Who failed and sat again is no longer failed, and not yet passed.
    after = rates(story).total
    assert (after.to_mark, after.failed) == (waiting, verdicts.failed - waiting)
    assert after.passed == verdicts.passed

    first, second, _judge = story.markers
    assert mark_everything(story, first, STRICT) == waiting
    assert mark_everything(story, second, GENEROUS) == waiting
    story.browser("examiner").post(f"/exams/{story.exam_id}/marking/release")
    every_score_adds_up(story)


def _drawn(story: Story, sitting_id: int) -> set[int]:
    found = select(SittingQuestion.question_version_id)
    return set(story.session.scalars(found.where(SittingQuestion.sitting_id == sitting_id)))


def _avoidable(story: Story, again: set[int]) -> set[int]:
    """What the bank has enough others for; the red line stands on every paper."""
    return again - {story.bank[QuestionType.TRUE_FALSE][0].id}


def the_resits_count(story: Story) -> None:
    """Who passes the resit is passed by resit, and has a certificate like the others."""
    plant = pass_rates_add_up(story)
    resits = story.all_sittings(try_number=2)
    assert len(resits) == RESITS
    assert plant.passed_resit == sum(bool(one.is_passed) for one in resits) > RESITS // 2
    first = {one.id for one in story.all_sittings(try_number=1) if one.is_passed}
    assert plant.passed_first == len(first)
    certificates_are_for_those_who_passed(story)


def stored(story: Story, sitting_id: int) -> Sitting:
    return story.session.get_one(Sitting, sitting_id, populate_existing=True)
