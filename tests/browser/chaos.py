"""A candidate who does anything, over a network that does anything; both follow a seed.

The network knows five fates of a request: it arrives; it is lost on the way there; it arrives and
the answer is lost on the way back; it arrives twice; it is held up, and arrives after others that
were sent later, perhaps after its page is gone.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Page, Request, Route, expect

from tests.browser.papers import come_to

SPOKEN_TO = re.compile(r"/sittings/\d+/(answers|hold|presence|submit)$")
UNPLUGGED = "internetdisconnected"
FATES = {"arrives": 50, "lost": 12, "unanswered": 12, "twice": 10, "held": 8, "astray": 5, "box": 3}
WORDS = ("5", "倒放", "倒置", "六", "横放")
SETTLED = re.compile("已保存|离线，已存本机|每答一题自动保存")

# What each question shows, as the server would store it.
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('.question')].map(q => {
  const ticked = [...q.querySelectorAll('.option input:checked')].map(i => i.value);
  const texts = [...q.querySelectorAll('.blank')].map(i => i.value.trim());
  const list = q.querySelector('[data-order]');
  const chosen = [...q.querySelectorAll('.match select')].map(s => s.value).filter(Boolean);
  const reply = {
    single_choice: () => ticked.length ? ticked.map(Number) : null,
    multiple_choice: () => ticked.length ? ticked.map(Number).sort((a, b) => a - b) : null,
    true_false: () => ticked.length ? ticked[0] === 'true' : null,
    fill_blank: () => texts.some(Boolean) ? texts : null,
    ordering: () => 'answered' in list.dataset
      ? [...list.children].map(i => Number(i.dataset.item)) : null,
    matching: () => chosen.length ? chosen.map(v => v.split(':').map(Number)) : null,
  }[q.dataset.kind]();
  return [q.dataset.slot, reply];
}))"""


@dataclass
class Letter:
    """A request as it travels."""

    url: str
    body: str
    headers: dict[str, str]

    @staticmethod
    def of(request: Request) -> "Letter":
        wanted = ("content-type", "accept", "x-csrftoken")
        headers = {name: request.headers[name] for name in wanted if name in request.headers}
        return Letter(request.url, request.post_data or "", headers)


@dataclass
class Network:
    """Stands between the pages of one browser and the server."""

    context: BrowserContext
    seed: int
    is_calm: bool = False
    is_down: bool = False
    # Nothing is held up while the candidate waits for it.
    is_prompt: bool = False
    held: list[tuple[Route, Letter]] = field(default_factory=list)
    astray: list[Letter] = field(default_factory=list)
    dead: list[Route] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"network {self.seed}")
        self.context.route(SPOKEN_TO, self.meet)

    def meet(self, route: Route) -> None:
        fate = "lost" if self.is_down else "arrives" if self.is_calm else self._draw()
        is_trifle = route.request.url.endswith(("hold", "presence"))
        if fate == "held" and (self.is_prompt or is_trifle):
            fate = "arrives"
        letter = Letter.of(route.request)
        self.log.append(f"{fate}: {letter.url.rsplit('/', 1)[1]} {letter.body}")
        # A page that is gone meanwhile needs no answer.
        with suppress(Error):
            self._treat(route, letter, fate)

    def _draw(self) -> str:
        return self.rng.choices(list(FATES), weights=list(FATES.values()))[0]

    def _treat(self, route: Route, letter: Letter, fate: str) -> None:
        if fate == "arrives":
            route.continue_()
        elif fate == "held":
            self.held.append((route, letter))
        elif fate == "twice":
            route.fetch()
            route.fulfill(response=route.fetch())
        elif fate == "box":
            # Some box in between speaks for the server.
            route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>")
        else:
            if fate == "unanswered":
                route.fetch()
            elif fate == "astray":
                self.astray.append(letter)
            route.abort(UNPLUGGED)

    def release(self) -> None:
        """What was held up goes on, the newest first."""
        held, self.held = self.held, []
        for route, letter in reversed(held):
            self.log.append(f"released: {letter.body}")
            with suppress(Error):
                route.continue_()

    def outlive_page(self) -> None:
        """The page goes away; what it had under way may still arrive."""
        self.astray += [letter for _route, letter in self.held]
        self.dead += [route for route, _letter in self.held]
        self.held = []

    def close(self) -> None:
        """Stand no longer in between; whatever is still under way arrives first."""
        self.is_calm = True
        while self.astray:
            self.deliver_astray()
        for route in self.dead:
            with suppress(Error):
                route.abort()
        self.context.unroute_all(behavior="ignoreErrors")

    def deliver_astray(self) -> None:
        """One that was believed lost arrives after all, in no order."""
        if self.astray:
            letter = self.astray.pop(self.rng.randrange(len(self.astray)))
            self.log.append(f"arrives late: {letter.body}")
            self.context.request.post(letter.url, data=letter.body, headers=letter.headers)


class Candidate:
    """Chooses by a seed and remembers, for each question, what a page may show of it.

    `replies[slot]` ends with the newest choice; those before it are there only while the page has
    not yet said that the newest is kept, and a crash may bring back any of them.
    """

    def __init__(self, page: Page, network: Network, seed: int) -> None:
        self.page, self.network = page, network
        self.rng = Random(f"candidate {seed}")
        self.kinds: dict[int, str] = {
            int(slot): kind
            for slot, kind in page.locator(".question").evaluate_all(
                "all => all.map(q => [q.dataset.slot, q.dataset.kind])"
            )
        }
        self.replies: dict[int, list[Any]] = {slot: [None] for slot in self.kinds}
        self.flags: set[int] = set()
        self.log: list[str] = []
        acts: dict[Callable[[], None], int] = {
            self.answer: 60,
            self.look: 12,
            self.flag: 5,
            self.network.release: 6,
            self.network.deliver_astray: 6,
            self.plug: 5,
            self.reload: 5,
            self.reopen: 4,
            self.crash: 2,
        }
        self.acts, self.weights = list(acts), list(acts.values())

    def act(self) -> None:
        chosen = self.rng.choices(self.acts, weights=self.weights)[0]
        self.log.append(chosen.__name__)
        chosen()

    # ---- answering ----

    def answer(self) -> None:
        slot = self.rng.choice(list(self.kinds))
        asked = self.page.locator(f"#q{slot}")
        come_to(self.page, asked)
        answered = getattr(self, f"_{self.kinds[slot]}")(asked, self.replies[slot][-1])
        self.log.append(f"  {slot}: {answered}")
        self.replies[slot].append(answered)

    def _option(self, asked: Locator) -> int:
        count = asked.locator(".option").count()
        picked = asked.locator(".option").nth(self.rng.randrange(count))
        picked.click()
        return int(picked.locator("input").get_attribute("value") or "")

    def _single_choice(self, asked: Locator, _before: Any) -> Any:
        return [self._option(asked)]

    def _multiple_choice(self, asked: Locator, before: Any) -> Any:
        # A second tap takes a tick away again.
        return sorted(set(before or ()) ^ {self._option(asked)}) or None

    def _true_false(self, asked: Locator, _before: Any) -> Any:
        verdict = self.rng.random() < 0.5
        asked.locator(".option").nth(0 if verdict else 1).click()
        return verdict

    def _fill_blank(self, asked: Locator, before: Any) -> Any:
        texts = list(before or ["", ""])
        place = self.rng.randrange(2)
        texts[place] = self.rng.choice(WORDS)
        asked.locator(".blank").nth(place).fill(texts[place])
        asked.locator(".blank").nth(place).press("Tab")
        return texts

    def _ordering(self, asked: Locator, _before: Any) -> Any:
        place = self.rng.randrange(1, 4)
        asked.locator("li").nth(place).locator("[data-move='-1']").click()
        items: list[str] = asked.locator("li").evaluate_all("all => all.map(i => i.dataset.item)")
        return [int(item) for item in items]

    def _matching(self, asked: Locator, before: Any) -> Any:
        left, right = self.rng.randint(1, 3), self.rng.randint(1, 4)
        asked.locator(f"select:has(option[value='{left}:1'])").select_option(f"{left}:{right}")
        return sorted([pair for pair in before or () if pair[0] != left] + [[left, right]])

    # ---- looking, and what happens to pages ----

    def look(self) -> None:
        """Wait until the page says where the answers are; from then on it has promised them."""
        self.network.is_prompt = True
        self.network.release()
        told = self.page.locator("[data-receipt]:visible").first
        expect(told).to_contain_text(SETTLED)
        self.network.is_prompt = False
        self.come_online()
        for slot, replies in self.replies.items():
            self.replies[slot] = replies[-1:]

    def flag(self) -> None:
        slot = self.rng.choice(list(self.kinds))
        asked = self.page.locator(f"#q{slot}")
        come_to(self.page, asked)
        asked.locator("[data-flag]").click()
        self.flags ^= {slot}

    def plug(self) -> None:
        """Pull the plug, or put it in again."""
        self.network.is_down = not self.network.is_down
        if not self.network.is_down:
            self.come_online()

    def come_online(self) -> None:
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def reload(self) -> None:
        self.network.outlive_page()
        self.page.reload()
        self.see_newest()

    def reopen(self) -> None:
        """Kill the tab and open another."""
        url = self.page.url
        self.network.outlive_page()
        self.page.close()
        self.page = self.network.context.new_page()
        self.page.goto(url)
        self.see_newest()

    def crash(self) -> None:
        """The tab's process dies; what the page had not yet promised may be lost."""
        url = self.page.url
        self.network.outlive_page()
        with self.page.expect_event("crash"), suppress(Error):
            self.page.goto("chrome://crash")
        self.page.close()
        self.page = self.network.context.new_page()
        self.page.goto(url)
        self.be_heard()
        shown = self.shown()
        for slot, reply in shown.items():
            assert reply in self.replies[slot], f"question {slot} shows {reply} after the crash"
            self.replies[slot] = [reply]
        self.flags = self.flagged()

    def see_newest(self) -> None:
        """A page that was opened again shows the newest choice of each question, and the flags."""
        if self.shown() != self.newest():
            self.be_heard()
        shown, newest = self.shown(), self.newest()
        other = {slot: (shown[slot], newest[slot]) for slot in shown if shown[slot] != newest[slot]}
        assert not other, f"slot: (shown, chosen) {other}"
        assert self.flagged() == self.flags, f"flags {self.flagged()}, set {self.flags}"

    def be_heard(self) -> None:
        """Wait until the server has spoken: it may have answers that were under way."""
        was, self.network.is_calm = self.network.is_down, True
        self.network.is_down = False
        with self.page.expect_response("**/presence"):
            self.come_online()
        self.network.is_calm, self.network.is_down = False, was

    def newest(self) -> dict[int, Any]:
        return {slot: replies[-1] for slot, replies in self.replies.items()}

    def shown(self) -> dict[int, Any]:
        expect(self.page.locator("body.exam-live")).to_be_attached()
        return {int(slot): reply for slot, reply in self.page.evaluate(SHOWN).items()}

    def flagged(self) -> set[int]:
        slots: list[str] = self.page.locator("[data-flag][aria-pressed='true']").evaluate_all(
            "all => all.map(b => b.closest('.question').dataset.slot)"
        )
        return {int(slot) for slot in slots}
