// What page and server tell each other: who holds the sitting, signs of life, the server's time.

import { ask, post } from "./post.js";

const PRESENCE_MS = 20000;
const AGAIN_MS = 3000;

export class Presence {
  // `tell` hears: heard (what the server says), notHeard, over (the sitting is), lost (to another
  // page), held (by this one; what the server says).
  constructor({ paper, card, journal, tabs, integrity, tell }) {
    Object.assign(this, { paper, card, journal, tabs, integrity, tell });
    setInterval(() => this.beThere(), PRESENCE_MS);
    for (const event of ["online", "focus", "pageshow"]) {
      addEventListener(event, () => this.beThere());
    }
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.beThere();
    });
    addEventListener("pageshow", (event) => {
      // Brought back from the browser's own store: other devices may have answered meanwhile.
      if (event.persisted) location.reload();
    });
  }

  async signOfLife() {
    const { urls, csrf, lease } = this.paper;
    const told = await ask(urls.presence, csrf, {
      lease,
      answered: this.card.answered.size,
      slot: this.card.here,
      waiting: this.journal.size,
      ...this.integrity.report(),
    });
    this.integrity.heard(told);
    if (told) {
      this.paper.serverOffset = told.server_ms - performance.now();
      this.paper.deadlineMs = told.deadline_ms;
    }
    return told;
  }

  async beThere() {
    if (!this.tabs.isHolder || this.isEnding) return;
    const told = await this.signOfLife();
    if (told === null || this.isEnding || !this.tabs.isHolder) return;
    if (told.state !== "open") this.tell.over();
    else if (!told.holds) this.tell.lost();
    else this.tell.heard(told);
  }

  // Until the server has heard of this page, its choices are kept here.
  async hold({ take }) {
    const { urls, csrf, lease, seen } = this.paper;
    const answer = await post(urls.hold, csrf, { lease, take, seen });
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (told === null) {
      this.tell.notHeard(answer);
      await backOnline();
      if (!this.isAside) await this.hold({ take });
    } else if (told.state !== "open") {
      this.tell.over();
    } else if (!told.holds) {
      this.tell.lost();
    } else {
      await this.tell.held(told, take);
    }
  }
}

// Soon, or as soon as the browser says that the network is back.
function backOnline() {
  return new Promise((resolve) => {
    setTimeout(resolve, AGAIN_MS);
    addEventListener("online", resolve, { once: true });
  });
}
