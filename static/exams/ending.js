// Handing in, from the page and without leaving it: what is still here goes first, then the paper,
// and only then does the page go on to the result. Tried again until the server has answered.

import { ask } from "./post.js";

// The server takes an answer as in time for this long after the deadline.
const GRACE_MS = 5000;
const AGAIN_MS = 3000;

export class Ending {
  // `evidence` tells what was noted on the page and has not reached the server.
  constructor({ journal, uploads, urls, csrf, lease, leave, evidence }) {
    Object.assign(this, { journal, uploads, urls, csrf, lease, leave, evidence });
  }

  // Before the deadline, on the candidate's word. Resolves to whether everything chosen here has
  // reached the server, without which the paper is not handed in. `unanswered` hears each time that
  // the server does not say whether it has the paper: it may have it, so only asking again helps.
  async handIn(unanswered) {
    if (!(await this.uploads.flush())) return false;
    while (!(await this.submit())) {
      if (this.refusal) return false;
      unanswered();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    return true;
  }

  // After the deadline. Resolves to null while the server cannot be reached, to true when it is
  // done, to a sentence when what was kept here was refused.
  async close(endedAtMs) {
    const isNetworkGrace = performance.now() < endedAtMs + GRACE_MS;
    if (isNetworkGrace && !this.uploads.isOver) await this.uploads.flush();
    if (this.journal.size || this.evidence().length) return this.deliver();
    return (await this.submit()) ? true : null;
  }

  async deliver() {
    const entries = this.journal.entries;
    const incidents = this.evidence();
    const told = await ask(this.urls.late, this.csrf, { lease: this.lease, entries, incidents });
    if (told === null) return null;
    await this.journal.clear();
    if (told.refusal) return told.refusal;
    this.finish();
    return true;
  }

  async submit() {
    const told = await ask(this.urls.submit, this.csrf, {});
    // Too early, says the server: the sentence is for the candidate.
    this.refusal = told?.outcome === "too_early" ? told.message : null;
    if (!told?.outcome || this.refusal) return false;
    this.finish();
    return true;
  }

  finish() {
    this.leave();
    location.assign(this.urls.result);
  }
}
