// Sends the journal to the server, one reply at a time and oldest first, until it is empty.
// Tells `show` what became of it: saving, saved, offline, signedOut, refused, closed.

const GIVE_UP_MS = 10000;
const WAITS_MS = [1000, 2000, 4000, 8000];

export class Uploads {
  constructor({ journal, url, csrf, show }) {
    Object.assign(this, { journal, url, csrf, show });
    this.failures = 0;
    this.isSending = false;
    this.timer = null;
    this.isOver = false;
    addEventListener("online", () => this.send());
    addEventListener("focus", () => this.send());
  }

  put(slot, response) {
    if (this.isOver) return;
    this.journal.put(slot, response);
    if (this.failures) this.show("offline");
    this.send();
  }

  // Resolves to whether everything is on the server.
  async flush() {
    const until = performance.now() + GIVE_UP_MS;
    while (this.journal.size && !this.isOver && performance.now() < until) {
      if (!(await this.send())) break;
    }
    return this.journal.size === 0;
  }

  async send() {
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
  async sendOne({ slot, response, key }) {
    const answer = await post(this.url, this.csrf, { slot, response, key });
    if (answer === null || answer.status >= 500) {
      this.failures += 1;
      this.show("offline");
      return false;
    }
    if (answer.status === 401) {
      this.failures += 1;
      this.show("signedOut");
      return false;
    }
    this.failures = 0;
    this.journal.take(slot, key);
    if (!answer.ok) {
      this.show("refused", { slot });
      return true;
    }
    const told = await answer.json().catch(() => ({}));
    if (told.outcome === "too_late" || told.outcome === "closed") {
      this.isOver = true;
      this.journal.clear();
      this.show("closed");
    } else {
      this.show("saved", { slot, ...told });
    }
    return true;
  }

  later() {
    const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length) - 1] || WAITS_MS[0];
    this.timer = setTimeout(() => this.send(), wait);
  }
}

// The answer, or null where there was none.
async function post(url, csrf, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
  try {
    return await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": csrf,
      },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
