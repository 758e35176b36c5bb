// Sends the journal to the server, one choice at a time and oldest first, until it is empty.
// Tells `show` what became of it: saving, saved, offline, signedOut, refused, closed, takenOver.
// Nothing leaves the journal but what the server has stored or can never store.

import { ask, post } from "./post.js";

const GIVE_UP_MS = 10000;
// How long handing in waits for the server to have heard of this page at all.
const HELD_WITHIN_MS = 3000;
const WAITS_MS = [1000, 2000, 4000, 8000];
// The reply does not fit its question, and never will.
const MISFIT = 409;
// Signed out, or somebody else has signed in on this device.
const NOT_SIGNED_IN = [400, 401, 403, 404];

export class Uploads {
  constructor({ journal, urls, csrf, lease, claimedNow, show }) {
    Object.assign(this, { journal, urls, csrf, lease, claimedNow, show });
    this.failures = 0;
    this.isSending = false;
    this.timer = null;
    // Nothing is sent before the server has let this page hold the sitting.
    this.isHeld = false;
    this.held = new Promise((resolve) => (this.tellHeld = resolve));
    this.isOver = false;
    addEventListener("online", () => this.send());
    addEventListener("focus", () => this.send());
  }

  async put(slot, response) {
    if (this.isOver) return;
    const kept = this.journal.add(slot, response, this.claimedNow());
    this.send();
    if (!this.isHeld && !this.failures) this.show("saving");
    if (!this.failures) return;
    await kept;
    if (this.failures) this.show("offline");
  }

  // Resolves to whether everything is on the server.
  async flush() {
    const until = performance.now() + GIVE_UP_MS;
    await Promise.race([this.held, new Promise((resolve) => setTimeout(resolve, HELD_WITHIN_MS))]);
    while (this.journal.size && !this.isOver && performance.now() < until) {
      if (!(await this.send())) break;
    }
    return this.journal.size === 0;
  }

  begin() {
    this.isHeld = true;
    this.tellHeld();
    this.isOver = false;
    if (this.journal.size) this.send();
  }

  async send() {
    if (!this.isHeld) return false;
    if (this.isSending) return this.sending;
    this.isSending = true;
    this.sending = this.sendAll().finally(() => (this.isSending = false));
    return this.sending;
  }

  async sendAll() {
    clearTimeout(this.timer);
    let entry = this.journal.first();
    while (entry && !this.isOver) {
      this.show("saving");
      if (!(await this.sendOne(entry))) {
        this.later();
        return false;
      }
      entry = this.journal.first();
    }
    return true;
  }

  // Whether the server has decided about this entry, so that it need not be sent again.
  async sendOne(entry) {
    const answer = await post(this.urls.answer, this.csrf, { ...entry, lease: this.lease });
    if (answer === null) return this.failed("offline");
    if (NOT_SIGNED_IN.includes(answer.status)) return this.failed("signedOut");
    if (answer.status === MISFIT) {
      this.failures = 0;
      await this.journal.take(entry.key);
      this.show("refused", { slot: entry.slot });
      return true;
    }
    const told = answer.ok ? await answer.json().catch(() => null) : null;
    // The server stumbles.
    if (told === null) return this.failed("offline");
    this.failures = 0;
    return this.decided(entry, told);
  }

  async decided(entry, told) {
    if (told.outcome === "out_of_order") return this.catchUp();
    if (told.outcome === "too_late" || told.outcome === "closed" || told.outcome === "taken_over") {
      this.isOver = true;
      this.show(told.outcome === "taken_over" ? "takenOver" : told.outcome);
      return false;
    }
    await this.journal.take(entry.key);
    this.show("saved", { slot: entry.slot, ...told });
    return true;
  }

  // The server and the journal do not agree on what comes next: go on from what the server has.
  async catchUp() {
    const told = await ask(this.urls.hold, this.csrf, { lease: this.lease });
    if (told === null) return this.failed("offline");
    if (!told.holds) {
      this.isOver = true;
      this.show("takenOver");
      return false;
    }
    await this.journal.continueFrom(told.journal_number, told.journal_key);
    return true;
  }

  // The server does not even let this page hold the sitting.
  isCutOff(answer) {
    this.failures += 1;
    const isUnknown = NOT_SIGNED_IN.includes(answer?.status);
    if (this.journal.size) this.show(isUnknown ? "signedOut" : "offline");
  }

  failed(kind) {
    this.failures += 1;
    this.show(kind);
    return false;
  }

  later() {
    if (this.isOver) return;
    const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length) - 1] || WAITS_MS[0];
    this.timer = setTimeout(() => this.send(), wait);
  }
}
