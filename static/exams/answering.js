// Notes every choice when it is made, and what is typed after a pause.

import { makeOrder } from "./order.js";
import { announce, slotOf } from "./paper.js";
import { replyOf, showReply } from "./replies.js";
import { makeSpots } from "./spots.js";

const TYPING_PAUSE_MS = 1000;

export class Answering {
  constructor({ paper, card, uploads }) {
    Object.assign(this, { paper, card, uploads });
    this.typing = new Map();
    const { form, questions, words } = paper;
    form.addEventListener("change", (event) => this.hear(event));
    form.addEventListener("input", (event) => this.hearTyping(event));
    const onChange = (question) => this.note(question);
    const say = (step, place) =>
      announce(words.moved.replace("{step}", step).replace("{n}", place));
    for (const question of questions) {
      if (question.dataset.kind === "ordering") makeOrder(question, { onChange, say });
      if (question.dataset.kind === "hotspot") makeSpots(question, { onChange, words });
    }
    addEventListener("pagehide", () => this.noteWhatIsTyped());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") this.noteWhatIsTyped();
    });
  }

  hear(event) {
    const question = event.target.closest(".question");
    if (question) this.note(question);
  }

  hearTyping(event) {
    const question = event.target.closest(".question");
    if (!question || !event.target.matches(".blank")) return;
    const length = question.querySelector("[data-length]");
    if (length) length.textContent = event.target.value.trim().length;
    const slot = slotOf(question);
    clearTimeout(this.typing.get(slot));
    this.typing.set(slot, setTimeout(() => this.note(question), TYPING_PAUSE_MS));
  }

  note(question) {
    const slot = slotOf(question);
    this.forgetTyping(slot);
    this.uploads.put(slot, this.count(question));
    this.card.draw();
  }

  noteWhatIsTyped() {
    for (const slot of [...this.typing.keys()]) this.note(this.paper.at(slot));
  }

  forgetTyping(slot) {
    clearTimeout(this.typing.get(slot));
    this.typing.delete(slot);
  }

  // Tells the card whether the question is answered; returns the reply.
  count(question) {
    const reply = replyOf(question);
    if (reply === null) this.card.answered.delete(slotOf(question));
    else this.card.answered.add(slotOf(question));
    return reply;
  }

  // The server has another reply than the page, which a crash had set back.
  showNewest(slot, reply) {
    if (this.typing.has(slot)) return;
    showReply(this.paper.at(slot), reply);
    this.count(this.paper.at(slot));
  }

  // What an earlier page could not send is shown again. Whoever was quicker than this script has
  // chosen something that it did not hear of; that is newer, and noted.
  begin(entries) {
    const early = this.paper.questions.filter((question) =>
      [...question.querySelectorAll("input[name^='q'], select, textarea")].some(isTouched),
    );
    for (const { slot, response } of entries) {
      const question = this.paper.at(slot);
      if (!early.includes(question)) showReply(question, response);
    }
    for (const question of this.paper.questions) this.count(question);
    return () => early.forEach((question) => this.note(question));
  }
}

// Whether a field says something else than when the server sent it.
function isTouched(field) {
  if (field.type === "radio" || field.type === "checkbox") {
    return field.checked !== field.defaultChecked;
  }
  if (field.options) {
    const options = [...field.options];
    const sent = options.find((option) => option.defaultSelected) || options[0];
    return field.value !== sent.value;
  }
  return field.value !== field.defaultValue;
}
