"""Chapter seven of the story: what stands without the server, and what would betray a forger."""

import io
import json
from copy import deepcopy
from datetime import date
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from exams.evidence.check import Wrong, check
from exams.evidence.digest import Difference, DigestReport, check_digest
from exams.evidence.digest_files import read
from exams.evidence.record import evidence_json, evidence_of
from exams.fairness_report import report_fairness
from exams.models import SittingEvent
from exams.queries.evidence import Copy
from exams.queries.fairness import stored_fairness
from exams.redrawing import redraw_sitting
from exams.signing import load_signer
from exams.verification import verify_sitting
from tests.exams.story import roles
from tests.exams.story.after import RESITS, stored
from tests.exams.story.before import TOLERANCE
from tests.exams.story.corrected import Correction
from tests.exams.story.world import ZONE, Story

DAY = date(2026, 3, 9)


def every_chain_is_intact(story: Story) -> None:
    sittings = story.all_sittings()
    assert len(sittings) == 290 + RESITS
    broken = [
        one.id
        for one in sittings
        if not verify_sitting(story.session, one.id, public_key=story.public_key).is_intact
    ]
    assert broken == []


def evidence_stands_alone(story: Story, wrong: Correction) -> None:
    """An ordinary sitting, one that was regraded, one whose marks two people argued about."""
    told = [
        story.sittings[story.people[roles.EARLY].id],
        story.sittings[wrong.appellant.id],
        story.sittings[story.people[roles.SHOUTER].id],
    ]
    for sitting_id in told:
        file = json.loads(evidence_json(evidence(story, sitting_id)))
        assert check(file).is_intact
        forged = deepcopy(file)
        forged["sitting"]["score_tenths"] += 10
        # Whoever signs the forged file anew is betrayed by replies and keys.
        assert {Wrong.FILE, Wrong.SCORE} <= check(forged).kinds


def evidence(story: Story, sitting_id: int) -> dict[str, Any]:
    return evidence_of(
        story.session,
        story.exam,
        stored(story, sitting_id),
        copy=Copy.FULL,
        signer=load_signer(story.services.config.keys_dir, story.services.seeds),
        enterprise="示例机械厂",
        now=story.now,
    )


def the_digest_of_the_day_betrays_changes(story: Story) -> None:
    """It held before, a regrade does not break it, and it names a sitting that was altered."""
    data = read(story.services.config, DAY)
    assert data is not None
    assert data["count"] == 290
    assert _checked(story, data).is_intact

    victim = stored(story, story.sittings[story.people[roles.EARLY].id])
    signed = next(one["number"] for one in data["entries"] if one["sitting"] == victim.id)
    link = story.session.scalars(
        select(SittingEvent).where(
            SittingEvent.sitting_id == victim.id, SittingEvent.number == signed
        )
    ).one()
    true, link.hash = link.hash, "0" * 64
    found = _checked(story, data)
    link.hash = true
    assert found.differences == ((victim.id, Difference.CHAIN),)
    assert _checked(story, data).is_intact


def _checked(story: Story, data: dict[str, Any]) -> DigestReport:
    story.session.flush()
    key = story.public_key
    return check_digest(story.session, data, public_key=key, previous=None, zone=ZONE)


def the_table_holds_everybody(story: Story) -> None:
    """Too large to wait for: it is made in the background and then fetched."""
    browser, here = story.browser("safety_manager"), f"/exams/{story.exam_id}"
    assert browser.post(f"{here}/results").status_code == 302
    with browser.get(f"{here}/results.xlsx") as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    head, *rows = book.get_sheet_by_name("成绩").to_python()
    assert len(rows) == 290 + RESITS
    told = sorted((row[head.index("工号")], row[head.index("得分")]) for row in rows)
    numbers = {user.id: user.employee_no for user in story.people}
    assert told == sorted(
        (numbers[one.user_id], (one.score_tenths or 0) / 10) for one in story.all_sittings()
    )


def papers_are_drawn_again(story: Story) -> None:
    """Twenty papers, resits among them, are the same to the order of their options."""
    sittings = story.all_sittings()
    chosen = [*sittings[:280:28], *sittings[-10:]]
    assert len(chosen) == 20
    again = [redraw_sitting(story.session, one.id) for one in chosen]
    assert all(one.is_same and one.is_exact and one.questions == 24 for one in again)


def papers_were_fair(story: Story) -> None:
    """No paper of the day lay farther from the mean than the examiner had allowed."""
    story.settle()
    assert report_fairness(story.services, exam_id=story.exam_id) == 290 + RESITS
    story.settle()
    found = stored_fairness(story.session, story.exam_id)
    assert found is not None
    assert not found.is_simulated
    assert found.figures["outside"] == 0
    assert found.figures["tolerance"] == TOLERANCE
