"""Who does what on the day of the story, by place in the list of 300 people."""

from accounts.models import User
from tests.exams.story.world import Story

LEADER, EARLY, WITH_MORE_TIME, CUT_OFF, RESTLESS, CHEAT, SHOUTER = 0, 30, 40, 50, 60, 70, 71
EXEMPT = 289
# Nobody has seen them all day; the others come too late, and the last one is let in.
ABSENT = range(290, 297)
LATE = range(297, 300)
FORGETFUL = range(80, 90)
SPECIAL = {EARLY, WITH_MORE_TIME, CUT_OFF, RESTLESS, *FORGETFUL, LATE[-1]}


def on_time(story: Story) -> list[User]:
    return story.people[:EXEMPT]


def quick(story: Story) -> list[User]:
    """Half of the ordinary people: they hand in as soon as they may."""
    return [story.people[place] for place in range(0, EXEMPT, 2) if place not in SPECIAL]


def slow(story: Story) -> list[User]:
    """The other half, without the first team, which gets more minutes."""
    return [story.people[place] for place in range(1, EXEMPT, 2) if place not in SPECIAL][12:]


def slow_of_the_first_team(story: Story) -> list[User]:
    return [story.people[place] for place in range(1, 25, 2)]


def forgetful(story: Story) -> list[User]:
    return [story.people[place] for place in FORGETFUL]


def some(story: Story, *places: int) -> list[User]:
    return [story.people[place] for place in places]
