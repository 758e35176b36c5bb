"""Chapter six of the story: an appeal is granted, and a regrade follows from it."""

from dataclasses import dataclass

from sqlalchemy import select

from accounts.models import User
from certificates.models import Certificate, CertificateReview
from certificates.review_queries import open_reviews
from core.clock import local_date
from exams.dry_run import DryRun, dry_run
from exams.links import REGRADED, links_of
from exams.models import Appeal, AppealOutcome, AppealState, Regrade, RegradeState, Sitting
from exams.queries.regrade import outcomes_of_sitting
from question_bank.keys import QuestionType
from tests.exams.story.after import every_score_adds_up, standing_certificates, stored
from tests.exams.story.before import PASS_MARK
from tests.exams.story.counting import Counted, count_again
from tests.exams.story.day import paper
from tests.exams.story.world import ZONE, Story

ANSWER = "规程已经改为 4 小时，按新的答案给分"
REASON = "规程 4.1 条改了"
# Every single choice has three options, of which the second was right.
NOW_RIGHT = 1


@dataclass
class Correction:
    """The question that was wrong, the one who said so, and what that changes."""

    version_id: int
    appellant: User
    rises: set[int]
    falls: set[int]
    passes_anew: set[int]
    fails_anew: set[int]


def find_the_wrong_question(story: Story) -> Correction:
    """The first question by whose other key some pass and others fail; counted by hand."""
    story.at(hours=73)
    sittings = {one.id: one for one in story.all_sittings()}
    before = count_again(story.session, story.exam_id)
    for version in story.bank[QuestionType.SINGLE_CHOICE]:
        after = count_again(story.session, story.exam_id, right={version.id: NOW_RIGHT})
        found = _compare(story, version.id, sittings, before, after)
        if found is not None:
            return found
    raise AssertionError("no question of this seed lets some pass and others fail")


def _compare(
    story: Story,
    version_id: int,
    sittings: dict[int, Sitting],
    before: dict[int, Counted],
    after: dict[int, Counted],
) -> Correction | None:
    gains = {one: after[one].score_tenths - before[one].score_tenths for one in sittings}
    passing = {one for one in sittings if after[one].is_passed(PASS_MARK)}
    passed = {one for one in sittings if before[one].is_passed(PASS_MARK)}
    newest = set(story.sittings.values())
    asking = sorted((passing - passed) & newest)
    if not asking or not passed - passing:
        return None
    user = next(one for one in story.people if one.id == sittings[asking[0]].user_id)
    return Correction(
        version_id,
        user,
        rises={one for one, gain in gains.items() if gain > 0},
        falls={one for one, gain in gains.items() if gain < 0},
        passes_anew=passing - passed,
        fails_anew=passed - passing,
    )


def an_appeal_is_filed(story: Story, wrong: Correction) -> None:
    """On one question of the own paper, with the reason, once the answers are told."""
    user = wrong.appellant
    slot = next(s for s, one in paper(story, user).items() if one == wrong.version_id)
    here = f"/sittings/{story.sitting(user).id}/appeals"
    sent = {"slot": slot, "text": "4.1 条写的是 4 小时"}
    assert story.browser(user).post(here, data=sent).status_code == 302
    story.settle()
    appeal = story.session.scalars(select(Appeal)).one()
    assert (appeal.question_version_id, appeal.state) == (wrong.version_id, AppealState.FILED)


def the_examiner_corrects_the_key(story: Story, wrong: Correction) -> DryRun:
    """From the appeal to a draft; the dry run says who rises and who falls, nothing is written."""
    appeal_id = story.session.scalars(select(Appeal.id)).one()
    desk = f"/exams/{story.exam_id}/appeals/{wrong.version_id}"
    browser = story.browser("examiner")
    here = browser.post(desk, data={"do": "regrade", "appeal": appeal_id}).location
    noted = browser.post(here, data={"kind": "key", "right": [str(NOW_RIGHT)]})
    assert noted.status_code == 302
    story.settle()
    regrade = story.session.scalars(select(Regrade)).one()
    run = dry_run(story.session, story.exam, regrade)
    assert {one.sitting_id for one in run.rising} == wrong.rises
    assert {one.sitting_id for one in run.falling} == wrong.falls
    assert {one.sitting_id for one in run.passing} == wrong.passes_anew
    assert {one.sitting_id for one in run.failing} == wrong.fails_anew
    every_score_adds_up(story)
    return run


def the_regrade_is_applied(story: Story, wrong: Correction, run: DryRun) -> None:
    """Put in force as shown; every result is what the dry run had said, and counting too."""
    regrade_id = story.session.scalars(select(Regrade.id)).one()
    here = f"/exams/{story.exam_id}/regrades/{regrade_id}/dry-run"
    browser = story.browser("examiner")
    page = browser.get(here).text
    assert f"{len(wrong.rises)} 人提高，{len(wrong.falls)} 人降低" in page
    sent = {"basis": run.basis, "reason": REASON}
    assert browser.post(here, data=sent).status_code == 302
    story.settle()
    assert story.session.get_one(Regrade, regrade_id).state is RegradeState.APPLIED
    for effect in run.effects:
        sitting = stored(story, effect.sitting_id)
        assert sitting.score_tenths == effect.after.score_tenths
        assert sitting.is_passed is effect.after.is_passed
        ((outcome, _reason),) = outcomes_of_sitting(story.session, sitting.id)
        assert outcome.score_before == effect.before.score_tenths
    every_score_adds_up(story, right={wrong.version_id: NOW_RIGHT})


def certificates_follow(story: Story, wrong: Correction) -> None:
    """Who passes now has one; of who fails now a person is asked, and revokes one for a reason."""
    session = story.session
    assert wrong.passes_anew <= standing_certificates(story)
    actor, today = story.actor("safety_manager"), local_date(story.now, ZONE)
    asked = open_reviews(session, actor, today=today)
    assert {certificate.sitting_id for _review, certificate in asked} == wrong.fails_anew
    assert all(certificate.revoked_at is None for _review, certificate in asked)
    review_id, certificate_id = asked[0][0].id, asked[0][1].id
    sent = {"outcome": "revoked", "reason": REASON}
    story.browser("safety_manager").post(f"/certificates/reviews/{review_id}", data=sent)
    story.settle()
    assert session.get_one(Certificate, certificate_id).revoked_at is not None
    assert session.get_one(CertificateReview, review_id).settled_at is not None


def the_appellant_reads_the_answer(story: Story, wrong: Correction) -> None:
    """The appeal is granted with words; the old result still stands beside the new one."""
    appeal_id = story.session.scalars(select(Appeal.id)).one()
    desk = f"/exams/{story.exam_id}/appeals/{wrong.version_id}"
    sent = {"do": "answer", "appeal": appeal_id, "outcome": "granted", "answer": ANSWER}
    assert story.browser("examiner").post(desk, data=sent).status_code == 302
    story.settle()
    appeal = story.session.scalars(select(Appeal)).one()
    assert appeal.outcome is AppealOutcome.GRANTED
    sitting_id = story.sittings[wrong.appellant.id]
    browser = story.browser(wrong.appellant)
    assert ANSWER in browser.get("/my-appeals").text
    result = browser.get(f"/sittings/{sitting_id}/result?show=all").text
    ((outcome, _reason),) = outcomes_of_sitting(story.session, sitting_id)
    old, new = outcome.score_before / 10, (outcome.score_after or 0) / 10
    assert f"成绩更正：{old:g} 分，不合格 → {new:g} 分，合格" in result
    assert [link.kind for link in links_of(story.session, sitting_id)].count(REGRADED) == 1
