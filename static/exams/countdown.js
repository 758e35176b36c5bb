// Counts down the server's seconds on the page's own steady clock; the server alone decides.

const SPOKEN_MINUTES = [30, 10, 5];

export class Countdown {
  constructor(secondsLeft, { announce, alarm, onEnd }) {
    Object.assign(this, { announce, alarm, onEnd });
    this.hasEnded = false;
    this.set(secondsLeft);
    this.lastMinutes = Math.ceil(secondsLeft / 60);
    this.timer = setInterval(() => this.tick(), 250);
    this.tick();
  }

  set(secondsLeft) {
    this.endsAt = performance.now() + secondsLeft * 1000;
  }

  get left() {
    return Math.max(0, Math.ceil((this.endsAt - performance.now()) / 1000));
  }

  stop() {
    clearInterval(this.timer);
  }

  tick() {
    const left = this.left;
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.classList.toggle("clock-soon", left < 600 && left >= 60);
      clock.classList.toggle("clock-last", left < 60);
      const shown = clock.querySelector("[data-clock-text]");
      if (shown.textContent !== text) shown.textContent = text;
    }
    this.speak(Math.ceil(left / 60));
    if (left === 0 && !this.hasEnded) {
      this.hasEnded = true;
      this.onEnd();
    }
  }

  speak(minutes) {
    const passed = (mark) => this.lastMinutes > mark && minutes <= mark;
    const spoken = SPOKEN_MINUTES.find(passed);
    if (passed(1)) this.alarm(1);
    else if (spoken) this.announce(spoken);
    this.lastMinutes = minutes;
  }
}
