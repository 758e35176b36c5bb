// From question to question: by button, key, card and finger; all on one page or one at a time.

import { isShown, listenToKeys } from "./keyboard.js";
import { slotOf } from "./paper.js";
import { listenToSwipes } from "./swipe.js";

// The same for every exam on this device.
const VIEW_KEPT_AS = "exam-view";
const NARROW = "(width < 62rem)";

export class Moving {
  constructor({ paper, card }) {
    Object.assign(this, { paper, card });
    const { form, questions } = paper;
    form.addEventListener("focusin", (event) => {
      const question = event.target.closest(".question");
      if (question) this.setHere(question);
    });
    for (const question of questions) {
      question.querySelector("[data-flag]").addEventListener("click", () => {
        card.toggleFlag(slotOf(question));
      });
    }
    for (const button of document.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.step(Number(button.dataset.go)));
    }
    listenToKeys({
      form,
      step: (by, from) => this.step(by, from),
      flag: (question) => card.toggleFlag(slotOf(question)),
      openCard: () => card.open(),
    });
    listenToSwipes(form, (by) => this.swipe(by));
    this.switches = [...document.querySelectorAll("[data-view] input")];
    for (const one of this.switches) {
      one.addEventListener("change", () => this.choose(one.value));
    }
    this.show(keptView() || (matchMedia(NARROW).matches ? "one" : "all"));
  }

  get here() {
    return this.paper.at(this.card.here);
  }

  begin() {
    const { questions } = this.paper;
    const asked = questions.find((question) => `#${question.id}` === location.hash);
    const open = questions.find((question) => !this.card.answered.has(slotOf(question)));
    this.setHere(asked || open || questions[0]);
  }

  choose(view) {
    try {
      localStorage.setItem(VIEW_KEPT_AS, view);
    } catch {
      // Without storage it lasts as long as the page.
    }
    this.show(view);
    this.here.scrollIntoView({ block: "start" });
  }

  show(view) {
    document.body.classList.toggle("exam-one", view === "one");
    for (const one of this.switches) one.checked = one.value === view;
  }

  setHere(question) {
    const { questions, words } = this.paper;
    for (const other of questions) other.classList.toggle("is-here", other === question);
    this.card.setHere(slotOf(question));
    const place = `${questions.indexOf(question) + 1} / ${questions.length}`;
    for (const told of document.querySelectorAll("[data-position]")) told.textContent = place;
    const isLast = question === questions.at(-1);
    for (const button of document.querySelectorAll("[data-go='1']")) {
      button.textContent = isLast ? words.look : words.next;
    }
    for (const button of document.querySelectorAll("[data-go='-1']")) {
      button.setAttribute("aria-disabled", question === questions[0]);
    }
  }

  goTo(slot) {
    const question = this.paper.at(slot);
    this.setHere(question);
    question.scrollIntoView({ block: "start" });
    const fields = [...question.querySelectorAll("input, select, textarea, [data-move]")];
    const shown = fields.filter(isShown);
    const first = shown.find((field) => field.checked) || shown[0];
    (first || question.querySelector(".spot-list summary")).focus({ preventScroll: true });
  }

  next(by, from) {
    const { questions } = this.paper;
    return questions[questions.indexOf(from) + by];
  }

  step(by, from = this.here) {
    const next = this.next(by, from);
    if (next) this.goTo(slotOf(next));
    else if (by > 0) this.card.open();
  }

  // A finger gets no field focused: that would bring up the keyboard over half of the screen.
  swipe(by) {
    const next = this.next(by, this.here);
    if (!next || !document.body.classList.contains("exam-one")) return;
    this.setHere(next);
    next.scrollIntoView({ block: "start" });
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
}

function keptView() {
  try {
    return localStorage.getItem(VIEW_KEPT_AS);
  } catch {
    return null;
  }
}
