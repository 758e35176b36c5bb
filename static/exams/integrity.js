// Watches what the exam switched on and nothing else: leaving the page, being idle, the clipboard,
// the time spent on each question. It tells the server with the next sign of life; whatever could
// not be told yet waits on this device. Nothing is judged here.

import { Messages } from "./messages.js";
import { newKey } from "./post.js";

const TICK_MS = 1000;
// A shorter absence is the window system's, not the person's.
const SHORTEST_S = 1;
const RELOAD_S = 30;
const SOON_MS = 500;
const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart", "input"];

export function watchIntegrity(options) {
  return new Integrity(options);
}

class Integrity {
  constructor({ paper, isHolder, beat }) {
    Object.assign(this, { paper, name: paper.name, isHolder });
    this.place = document.querySelector("[data-integrity]");
    this.set = JSON.parse(this.place.dataset.integrity);
    this.words = this.place.dataset;
    this.left = this.set.left;
    this.notice = this.place.querySelector("[data-notice]");
    this.messages = new Messages(this.place, () => this.soon());
    this.waiting = this.kept("incidents", []);
    this.times = this.kept("times", {});
    this.isOver = false;
    this.activeAt = performance.now();
    this.idleTold = 0;
    this.soon = () => {
      clearTimeout(this.soonTimer);
      this.soonTimer = setTimeout(beat, SOON_MS);
    };
    this.place.querySelector("[data-notice-close]").addEventListener("click", () => {
      this.notice.hidden = true;
    });
    if (this.set.leavings) this.watchLeaving();
    if (this.set.idle) this.watchHands();
    if (this.set.clipboard) this.blockClipboard();
    this.tickedAt = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  // ---- what goes along with a sign of life, and what comes back ----

  report() {
    const report = { seen: this.messages.seen };
    if (this.waiting.length) report.incidents = this.waiting;
    if (this.set.times) report.times = this.times;
    return report;
  }

  heard(told) {
    if (!told) return;
    this.waiting = this.waiting.filter((one) => !told.noted.includes(one.key));
    this.keep("incidents", this.waiting);
    this.messages.show(told.messages);
    if (told.limit) this.say(this.words.final.replace("{n}", told.seconds_left));
    const mark = document.querySelector("[data-watermark-at]");
    if (mark) mark.textContent = `${mark.textContent.slice(0, 11)}${told.clock}`;
  }

  // The paper is on its way: going to the result is no leaving.
  stop() {
    this.isOver = true;
    clearInterval(this.timer);
    clearTimeout(this.soonTimer);
    for (const what of ["incidents", "times", "away"]) this.keep(what, null);
  }

  // ---- leaving ----

  watchLeaving() {
    this.away = null;
    const gone = this.kept("away", null);
    if (gone) this.cameBack(gone, Math.round((this.now() - gone.began) / 1000));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave("hidden");
      else if (document.hasFocus()) this.comeBack();
    });
    addEventListener("blur", () => this.leave("blurred"));
    addEventListener("focus", () => this.comeBack());
    addEventListener("pagehide", () => {
      this.leave("closed");
      if (this.away) this.keep("away", { ...this.away, how: "closed" });
    });
    for (const act of ["pointerdown", "keydown"]) {
      addEventListener(act, () => this.comeBack(), { capture: true });
    }
  }

  leave(how) {
    if (this.away || this.isOver || !this.isHolder()) return;
    this.count();
    this.away = { began: this.now(), how, at: performance.now(), slot: this.slot() };
    this.keep("away", this.away);
  }

  comeBack() {
    if (!this.away) return;
    const { away } = this;
    this.away = null;
    this.activeAt = this.tickedAt = performance.now();
    this.cameBack(away, Math.round((performance.now() - away.at) / 1000));
  }

  cameBack(away, seconds) {
    this.keep("away", null);
    if (seconds < SHORTEST_S || this.isOver) return;
    const [visit] = performance.getEntriesByType("navigation");
    const isReload = away.how === "closed" && visit?.type === "reload" && seconds < RELOAD_S;
    const how = isReload ? "reloaded" : away.how;
    this.note("left", away.began, { seconds, how, slot: away.slot });
    if (isReload) return;
    this.left += 1;
    const { mostLeavings: most, longestLeaving: longest } = this.set;
    if (longest !== null && seconds > longest) this.tell("leftLong", seconds, longest);
    else if (most !== null) this.tell("leftMost", this.left, most);
    else this.tell("left", this.left);
  }

  // ---- idle ----

  watchHands() {
    for (const act of ACTS) {
      addEventListener(act, () => this.move(), { capture: true, passive: true });
    }
  }

  move() {
    this.activeAt = performance.now();
    if (this.idleTold) this.notice.hidden = true;
    this.idleTold = 0;
  }

  checkHands() {
    const { idle, final, handsIn } = this.set;
    const seconds = Math.floor((performance.now() - this.activeAt) / 1000);
    if (seconds < idle) return;
    const began = this.now() - seconds * 1000;
    if (!this.idleTold) {
      this.idleTold = 1;
      this.note("idle", began, { seconds, slot: this.slot() });
      if (!handsIn) this.tell("idle", seconds);
    }
    const left = idle + final - seconds;
    if (!handsIn || this.idleTold > 1) return;
    if (left > 0) {
      this.tell("idleFinal", left);
    } else {
      this.idleTold = 2;
      this.note("idle", began, { seconds, slot: this.slot() });
    }
  }

  // ---- clipboard ----

  blockClipboard() {
    const kinds = { copy: "copied", cut: "cut", paste: "pasted" };
    for (const [event, kind] of Object.entries(kinds)) {
      document.addEventListener(event, (tried) => {
        tried.preventDefault();
        if (this.isOver || !this.isHolder()) return;
        this.note(kind, this.now(), { slot: this.slot() });
        this.tell("blocked");
      });
    }
  }

  // ---- the time of each question ----

  tick() {
    if (!this.isHolder() || this.away || document.visibilityState === "hidden") {
      this.tickedAt = performance.now();
      return;
    }
    this.count();
    if (this.set.idle) this.checkHands();
  }

  // A device that slept is not somebody who looked.
  count() {
    const seconds = Math.floor((performance.now() - this.tickedAt) / 1000);
    const slot = this.slot();
    if (seconds < 1) return;
    this.tickedAt += seconds * 1000;
    if (!this.set.times || !slot || seconds > 5) return;
    this.times[slot] = (this.times[slot] || 0) + seconds;
    this.keep("times", this.times);
  }

  // ---- small things ----

  note(kind, began, more) {
    this.waiting.push({ kind, key: newKey(), began_ms: Math.floor(began), ...more });
    this.keep("incidents", this.waiting);
    this.soon();
  }

  tell(word, n, most) {
    this.say(this.words[word].replace("{n}", n).replace("{most}", most));
  }

  say(text) {
    this.notice.querySelector("[data-notice-text]").textContent = text;
    this.notice.hidden = false;
  }

  slot() {
    return Number(document.querySelector(".question.is-here")?.dataset.slot) || null;
  }

  now() {
    return this.paper.serverOffset + performance.now();
  }

  // Without storage, what the page knows lasts as long as the page.
  kept(what, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`${this.name}-${what}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  keep(what, value) {
    try {
      if (value === null) localStorage.removeItem(`${this.name}-${what}`);
      else localStorage.setItem(`${this.name}-${what}`, JSON.stringify(value));
    } catch {
      // The storage is full or forbidden.
    }
  }
}
