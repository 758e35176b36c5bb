"""The hall: many people who start, answer and hand in, and the page of one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.models import User
from exams.models import Sitting, SittingQuestion, SittingState
from exams.operations.answers import AnswerOutcome, record_answer
from exams.operations.closing import SubmitOutcome, submit_sitting
from exams.operations.entry import Entry, enter_exam
from exams.recording import JournalEntry
from question_bank.models import Question, QuestionVersion
from tests.exams.story.minds import think
from tests.exams.story.world import SEED, ZONE, Story

CODE = "安全第一"
LEASE = "the-page-of-the-story"

# The first of the plant after the people of every test.
FIRST_NUMBER = 9


def come_in(story: Story, people: Iterable[User]) -> None:
    """Type the code and start."""
    for user in people:
        outcome = enter_exam(
            story.session,
            story.exam,
            typed_code=CODE,
            address="10.2.0.9",
            actor=story.actor(user),
            now=story.now,
            seed=story.chance.getrandbits(62),
            zone=ZONE,
        )
        assert outcome.entry is Entry.STARTED
        assert outcome.sitting is not None
        story.sittings[user.id] = outcome.sitting.id
    story.settle()


def replies_of(story: Story, user: User) -> dict[int, Any]:
    """What a person thinks of each question of the own paper; the same however often it is asked.

    Questions left open are not in it.
    """
    sitting_id = story.sittings[user.id]
    # Their numbers, not their ids, which go on after a rollback on PostgreSQL.
    number = FIRST_NUMBER + story.people.index(user)
    chance = Random(f"{SEED} {number} {sitting_id}")
    rows = story.session.execute(
        select(SittingQuestion.slot, QuestionVersion, Question.difficulty)
        .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(SittingQuestion.sitting_id == sitting_id)
        .order_by(SittingQuestion.slot)
    )
    skill = story.skill[user.id]
    found = {
        slot: think(chance, version, skill=skill, difficulty=difficulty)
        for slot, version, difficulty in rows
    }
    return {slot: reply for slot, reply in found.items() if reply is not None}


def answer_all(
    story: Story, people: Iterable[User], *, instead: Mapping[int, Mapping[int, Any]] | None = None
) -> None:
    """Answer every question that the person has a reply to.

    Every fifth person first taps the wrong thing once, and every seventh sends a choice twice, as
    a page does that was loaded anew; neither may count.
    """
    for place, user in enumerate(people):
        actor, sitting_id = story.actor(user), story.sittings[user.id]
        replies = replies_of(story, user) | dict((instead or {}).get(user.id, {}))
        first = next(iter(replies))
        entries = [JournalEntry(slot, reply, f"choice-{slot}") for slot, reply in replies.items()]
        if place % 5 == 0:
            entries.insert(0, JournalEntry(first, None, f"mistake-{first}"))
        outcomes = [
            record_answer(story.session, sitting_id, entry, actor=actor, now=story.now).outcome
            for entry in entries
        ]
        assert set(outcomes) == {AnswerOutcome.SAVED}
        if place % 7 == 0:
            again = record_answer(story.session, sitting_id, entries[0], actor=actor, now=story.now)
            assert again.outcome is AnswerOutcome.REPEATED
    story.settle()


def hand_in(story: Story, people: Iterable[User]) -> None:
    for user in people:
        sitting = story.session.get_one(Sitting, story.sittings[user.id])
        outcome = submit_sitting(story.session, sitting, actor=story.actor(user), now=story.now)
        assert outcome is SubmitOutcome.SUBMITTED
        assert sitting.state is SittingState.SUBMITTED
    story.settle()


@dataclass
class Page:
    """The exam page of one person as its script talks to the server, with its journal."""

    client: FlaskClient
    sitting_id: int
    kept: list[dict[str, Any]] = field(default_factory=list)

    def say(self, what: str, **more: Any) -> Any:
        answer = self.client.post(f"/sittings/{self.sitting_id}/{what}", json=more)
        assert answer.status_code == 200
        return answer.json

    def hold(self) -> None:
        assert self.say("hold", lease=LEASE)["holds"]

    def choose(self, slot: int, reply: Any, *, at_ms: int) -> dict[str, Any]:
        """Note a choice in the journal; it is not sent by this."""
        number = len(self.kept) + 1
        entry = {
            "slot": slot,
            "response": reply,
            "key": f"journal-{number:03d}",
            "number": number,
            "after": self.kept[-1]["key"] if self.kept else None,
            "claimed_ms": at_ms,
        }
        self.kept.append(entry)
        return entry

    def send(self, entry: Mapping[str, Any]) -> Any:
        return self.say("answers", lease=LEASE, **entry)

    def show_life(self, **more: Any) -> Any:
        return self.say("presence", lease=LEASE, answered=len(self.kept), slot=1, waiting=0, **more)


def milliseconds(story: Story) -> int:
    return int(story.now.timestamp() * 1000)
