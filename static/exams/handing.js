// The last steps: the question before handing in, and what the page does when the time is over.

import { slotOf } from "./paper.js";

const AGAIN_MS = 3000;

export class Handing {
  constructor({ paper, card, answering, receipt, ending, presence, countdown, isAside }) {
    Object.assign(this, { paper, card, answering, receipt, ending, presence, countdown, isAside });
    this.dialog = document.querySelector("[data-hand-in]");
    this.endedAt = 0;
    // Asked on the page itself, so that a network that fails now costs nothing.
    paper.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.dialog.querySelector("[data-back]").addEventListener("click", () => {
      this.dialog.close();
      card.goOpen();
    });
    this.dialog.querySelector("[data-go-in]").addEventListener("click", () => this.handIn());
  }

  ask() {
    const { card, paper, dialog } = this;
    this.answering.noteWhatIsTyped();
    if (card.sheet.open) card.sheet.close();
    card.drawCounts();
    const open = paper.questions.filter((question) => !card.answered.has(slotOf(question))).length;
    dialog.querySelector("[data-open-line]").hidden = open === 0;
    dialog.querySelector("[data-back]").textContent = open
      ? paper.words.backToOpen.replace("{n}", open)
      : paper.words.back;
    dialog.showModal();
  }

  async handIn() {
    const { words, form } = this.paper;
    this.dialog.close();
    this.tell("must", words.handingIn);
    const isIn = await this.ending.handIn(() => {
      form.inert = true;
      this.tell("warn", words.noEcho);
    });
    if (isIn) return;
    form.inert = false;
    this.tell("warn", this.ending.refusal || words.noHandIn);
  }

  async endOfTime() {
    if (this.isAside()) return;
    const { words, form, urls } = this.paper;
    this.presence.isEnding = true;
    this.answering.noteWhatIsTyped();
    this.endedAt = this.endedAt || performance.now();
    this.tell("must", words.timeUp);
    const told = await this.presence.signOfLife();
    if (told?.state === "open" && told.seconds_left > 0) {
      this.goOn(told.seconds_left);
      return;
    }
    form.inert = true;
    const outcome = await this.ending.close(this.endedAt);
    if (typeof outcome === "string") {
      this.tell("stop", outcome);
      setTimeout(() => location.assign(urls.page), AGAIN_MS);
    } else if (outcome === null) {
      this.tell("warn", words.timeUpOffline);
      setTimeout(() => this.endOfTime(), AGAIN_MS);
    }
  }

  // Extra minutes were granted, or the page's clock ran ahead.
  goOn(secondsLeft) {
    this.endedAt = 0;
    this.presence.isEnding = false;
    this.paper.form.inert = false;
    this.countdown.goOn(secondsLeft);
    this.receipt.show(this.card.journal.size ? "offline" : "open");
  }

  tell(sign, text) {
    this.receipt.show("told", { sign, text });
  }
}
