"""Chapter three of the story: the day of the exam, from the closed door to the last paper."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.models import User
from core.errors import Conflict
from exams.models import (
    Answer,
    IncidentKind,
    IntegrityDecision,
    LateDecision,
    MessageReceipt,
    RoomIncident,
    SittingState,
)
from exams.queries.sittings import paper_of
from exams.sweep import sweep_overdue
from question_bank.keys import QuestionType
from tests.exams.story import roles
from tests.exams.story.hall import (
    CODE,
    Page,
    answer_all,
    come_in,
    hand_in,
    milliseconds,
    replies_of,
)
from tests.exams.story.plant import SHOUTED
from tests.exams.story.world import Story

NOBODY = {"to_decide": 0, "offline": 0, "sitting": 0, "not_come": 0, "handed_in": 0}


def board(story: Story, **expected: int) -> None:
    """The board of whoever may watch everybody counts as expected, each person once."""
    told = story.browser("examiner").get(f"/exams/{story.exam_id}/board/cells").json
    assert told is not None
    assert told["counts"] == NOBODY | {"required": 299} | expected
    assert len(told["cells"]) == 299


def the_door_is_closed(story: Story) -> None:
    """Whoever comes early waits, until the supervisor presses start."""
    story.at(minutes=1)
    browser, early = story.browser(story.people[roles.EARLY]), f"/my-exams/{story.exam_id}"
    assert "监考人还没有宣布开考" in browser.get(early).text
    assert browser.post(f"{early}/start", data={"code": CODE}).status_code == 409
    assert browser.get(f"{early}/waiting").json == {"started": False}

    story.at(minutes=5)
    leader = story.browser(story.people[roles.LEADER])
    assert leader.post(f"/exams/{story.exam_id}/entry/start").status_code == 403
    story.browser("examiner").post(f"/exams/{story.exam_id}/entry/start")
    assert browser.get(f"{early}/waiting").json == {"started": True}


def all_but_ten_come_in(story: Story) -> None:
    """One mistypes the code first; the one who was exempted is not let in."""
    story.at(minutes=6)
    early = story.people[roles.EARLY]
    browser, start = story.browser(early), f"/my-exams/{story.exam_id}/start"
    wrong = browser.post(start, data={"code": "安全第二"}, follow_redirects=True)
    assert "口令不对，还可以再试 4 次" in wrong.text
    come_in(story, roles.on_time(story))
    with pytest.raises(Conflict, match="免考"):
        come_in(story, roles.some(story, roles.EXEMPT))
    at = story.sitting(early).id
    assert browser.post(start, data={"code": CODE}).location == f"/sittings/{at}"
    assert "工人" not in browser.get(f"/sittings/{at}").text.split("<main")[1]
    slow_reader = story.sitting(story.people[roles.WITH_MORE_TIME])
    assert slow_reader.extra_minutes == 45
    board(story, sitting=289, not_come=10)


def the_early_one_answers_by_hand(story: Story) -> None:
    """Every choice has its receipt; a choice sent again has the same one; papers go in later."""
    story.at(minutes=20)
    user = story.people[roles.EARLY]
    page = Page(story.browser(user), story.sitting(user).id)
    page.hold()
    sent = [
        page.choose(slot, reply, at_ms=milliseconds(story))
        for slot, reply in replies_of(story, user).items()
    ]
    receipts = [page.send(entry) for entry in sent]
    assert {one["outcome"] for one in receipts} == {"saved"}
    again = page.send(sent[3])
    assert (again["outcome"], again["receipt"]) == ("repeated", receipts[3]["receipt"])
    early = page.client.post(f"/sittings/{page.sitting_id}/submit", follow_redirects=True)
    assert "17:36 起才能交卷" in early.text
    assert story.sitting(user).state is SittingState.OPEN


def the_door_closes(story: Story) -> None:
    """Three come too late; an invigilator lets one of them in, with the reason."""
    story.at(minutes=26)
    for user in roles.some(story, *roles.LATE):
        page = story.browser(user).get(f"/my-exams/{story.exam_id}").text
        assert "你来晚了" in page
        with pytest.raises(Conflict, match="不能再进场"):
            come_in(story, [user])
    lucky = story.people[roles.LATE[-1]]
    form = {"user_id": lucky.id, "reason": "班车晚点"}
    story.browser("examiner").post(f"/exams/{story.exam_id}/entry", data=form)
    come_in(story, [lucky])
    assert story.sitting(lucky).deadline - story.now == timedelta(minutes=90)


def the_power_fails(story: Story) -> None:
    """It is written down, everybody is told, and the leader gives the own team 15 minutes."""
    story.at(minutes=30)
    examiner, here = story.browser("examiner"), f"/exams/{story.exam_id}/board"
    power = {"happened_time": "17:28", "text": "停电两分钟"}
    assert examiner.post(f"{here}/room", data=power).status_code == 302
    assert examiner.post(f"{here}/message", data={"text": "电来了，接着答"}).status_code == 302
    leader = story.browser(story.people[roles.LEADER])
    assert (
        leader.post(f"{here}/minutes", data={"minutes": "15", "reason": "停电"}).status_code == 302
    )

    story.settle()
    session = story.session
    assert session.scalars(select(RoomIncident)).one().text == "停电两分钟"
    assert session.scalar(select(func.count()).select_from(MessageReceipt)) == 290
    extended = [user for user in story.people if _extra(story, user) == 15]
    # Nobody gives minutes to oneself.
    assert extended == story.people[1:25]


def _extra(story: Story, user: User) -> int:
    return story.sitting(user).extra_minutes if user.id in story.sittings else 0


def half_of_them_are_quick(story: Story) -> None:
    """145 hand in as soon as they may, while the others answer; one leaves the page too often."""
    ordinary = roles.quick(story)
    answer_all(story, ordinary)
    story.at(minutes=38)
    hand_in(story, [*ordinary, story.people[roles.EARLY]])
    special = roles.some(story, roles.WITH_MORE_TIME, roles.LATE[-1])
    shouter = story.people[roles.SHOUTER]
    answer_all(
        story,
        [
            *roles.slow_of_the_first_team(story),
            *roles.slow(story),
            *roles.forgetful(story),
            *special,
        ],
        instead={shouter.id: _shouts(story, shouter)},
    )
    one_is_restless(story)
    one_works_on_in_the_cellar(story)
    board(story, handed_in=len(ordinary) + 1, sitting=289 - len(ordinary), not_come=9)


def _shouts(story: Story, user: User) -> Mapping[int, Any]:
    kinds = {version.id for version in story.bank[QuestionType.SHORT_ANSWER]}
    return {slot: SHOUTED for slot, version_id in paper(story, user).items() if version_id in kinds}


def paper(story: Story, user: User) -> dict[int, int]:
    """The question versions of a person's paper by their places."""
    rows = paper_of(story.session, story.sittings[user.id])
    return {row.slot: row.question_version_id for row in rows}


def one_is_restless(story: Story) -> None:
    """Four times away from the page are one too many: the deadline moves up to 15 seconds."""
    user = story.people[roles.RESTLESS]
    answer_all(story, [user])
    page = Page(story.browser(user), story.sitting(user).id)
    page.hold()
    for number in range(4):
        gone = {
            "kind": IncidentKind.LEFT.value,
            "key": f"leaving-{number}",
            "began_ms": milliseconds(story),
            "seconds": 9,
        }
        told = page.show_life(incidents=[gone])
    assert told["seconds_left"] == 15
    assert story.sitting(user).integrity_decision is IntegrityDecision.PENDING


def one_works_on_in_the_cellar(story: Story) -> None:
    """The first ten answers arrive; what is chosen later stays in the journal of the page."""
    user = story.people[roles.CUT_OFF]
    page = Page(story.browser(user), story.sitting(user).id)
    page.hold()
    for slot, reply in list(replies_of(story, user).items())[:10]:
        page.send(page.choose(slot, reply, at_ms=milliseconds(story)))
    # With the sign of life comes what was said meanwhile.
    assert "电来了，接着答" in str(page.show_life())


def the_others_take_their_time(story: Story) -> None:
    """The slow hand in; ten forget to, and the server does it for them at their deadline."""
    story.at(minutes=70)
    hand_in(story, [*roles.slow(story), story.people[roles.LATE[-1]]])
    story.at(minutes=95)
    user = story.people[roles.CUT_OFF]
    Page(story.browser(user), story.sitting(user).id).show_life()
    story.at(minutes=97)
    swept = sweep_overdue(story.services)
    assert not swept.failed
    for forgetful in roles.forgetful(story):
        sitting = story.sitting(forgetful)
        assert (sitting.state, sitting.submitted_at) == (SittingState.EXPIRED, sitting.deadline)
    assert story.sitting(user).state is SittingState.AWAITING_DELIVERY


def the_cellar_delivers_late(story: Story) -> None:
    """What was chosen before the deadline arrives after it, all of it, going on from the last."""
    story.at(minutes=99)
    user = story.people[roles.CUT_OFF]
    page = Page(story.browser(user), story.sitting(user).id)
    replies = list(replies_of(story, user).items())
    chosen_at = milliseconds(story) - 20 * 60_000
    for slot, reply in replies:
        page.choose(slot, reply, at_ms=chosen_at)
    assert page.say("late", lease="the-page-of-the-story", entries=page.kept[10:]) == {
        "stored": len(replies) - 10,
        "refusal": None,
    }
    late = select(func.count()).select_from(Answer).where(Answer.is_late)
    assert story.session.scalar(late) == len(replies) - 10


def the_hall_is_empty(story: Story) -> None:
    """Those with more minutes hand in last; two papers wait for a person."""
    story.at(minutes=105)
    hand_in(story, roles.slow_of_the_first_team(story))
    story.at(minutes=130)
    hand_in(story, roles.some(story, roles.WITH_MORE_TIME))
    sweep_overdue(story.services)
    story.settle()
    board(story, to_decide=2, handed_in=288, not_come=9)


def people_decide(story: Story) -> None:
    """Late answers count, the restless one is believed, and the one with the note is void."""
    story.at(minutes=135)
    examiner = story.browser("examiner")

    def decide(place: int, what: str, reason: str) -> None:
        address = f"/exams/sittings/{story.sitting(story.people[place]).id}/watch"
        data = {"do": what, f"{what}-reason": reason}
        assert examiner.post(address, data=data).status_code == 302
        story.settle()

    decide(roles.CUT_OFF, "accept", "地下室没有信号")
    decide(roles.RESTLESS, "confirm", "屏保弹出来了")
    decide(roles.CHEAT, "void", "夹带小抄")
    cut_off, restless, cheat = (
        story.sitting(story.people[place]) for place in (roles.CUT_OFF, roles.RESTLESS, roles.CHEAT)
    )
    assert cut_off.late_decision is LateDecision.ACCEPTED
    assert restless.integrity_decision is IntegrityDecision.CONFIRMED
    assert cheat.integrity_decision is IntegrityDecision.VOIDED
    board(story, handed_in=290, not_come=9)
