// Counts down the server's seconds on the page's own steady clock; the server alone decides.

const SPOKEN_MINUTES = 30;
// From these on a warning is shown; a sitting that begins with fewer minutes gets no such warning.
const WARNED_MINUTES = [10, 5, 1];
const TICK_MS = 250;
// The steady clock stands still while a device sleeps, the other one jumps.
const SLEPT_MS = 2000;
// Less than this is only what a message took on its way.
const GRANTED_SECONDS = 30;

export class Countdown {
  // `announce(minutes)` is spoken; `warn(minutes)` is shown, null takes it away; `granted` is told
  // of extra time; `woke` of a device that slept, so that somebody asks the server; `onEnd` once.
  constructor(secondsLeft, { announce, warn, granted, woke, onEnd }) {
    Object.assign(this, { announce, warn, granted, woke, onEnd });
    this.hasEnded = false;
    this.endsAt = performance.now() + secondsLeft * 1000;
    this.lastMinutes = Math.ceil(secondsLeft / 60);
    this.warned = null;
    this.drift = Date.now() - performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", () => this.tick());
    this.tick();
  }

  // As the server says.
  set(secondsLeft) {
    const isGranted = this.isGranted(secondsLeft);
    this.endsAt = performance.now() + secondsLeft * 1000;
    if (isGranted) {
      this.lastMinutes = Math.ceil(secondsLeft / 60);
      this.unwarn();
      this.granted?.();
    }
    this.draw();
  }

  isGranted(secondsLeft) {
    return secondsLeft > this.left + GRANTED_SECONDS;
  }

  // The end was none.
  goOn(secondsLeft) {
    this.hasEnded = false;
    this.set(secondsLeft);
  }

  get left() {
    return Math.max(0, Math.ceil((this.endsAt - performance.now()) / 1000));
  }

  stop() {
    clearInterval(this.timer);
  }

  tick() {
    this.watchSleep();
    this.draw();
    this.speak(Math.ceil(this.left / 60));
    if (this.left === 0 && !this.hasEnded) {
      this.hasEnded = true;
      this.onEnd();
    }
  }

  watchSleep() {
    const drift = Date.now() - performance.now();
    const slept = drift - this.drift;
    this.drift = drift;
    if (Math.abs(slept) < SLEPT_MS) return;
    // Until the server has been asked: a clock that was set back gives no time.
    if (slept > 0) this.endsAt -= slept;
    this.woke?.();
  }

  draw() {
    const left = this.left;
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.classList.toggle("clock-soon", left < 600 && left >= 60);
      clock.classList.toggle("clock-last", left < 60);
      const shown = clock.querySelector("[data-clock-text]");
      if (shown.textContent !== text) shown.textContent = text;
    }
  }

  speak(minutes) {
    const passed = (mark) => this.lastMinutes > mark && minutes <= mark;
    // The least: a page that slept over two of them warns once.
    const due = WARNED_MINUTES.filter(passed).at(-1);
    if (due !== undefined) {
      this.warned = due;
      this.warn(minutes);
    } else if (this.warned > minutes) {
      this.unwarn();
    } else if (passed(SPOKEN_MINUTES)) {
      this.announce(minutes);
    }
    this.lastMinutes = minutes;
  }

  unwarn() {
    if (this.warned === null) return;
    this.warned = null;
    this.warn(null);
  }
}
