// The strip that says how little time is left, until it is put away or a minute has gone by.

export class Warning {
  constructor({ words }) {
    this.words = words;
    this.strip = document.querySelector("[data-warning]");
    // Only the text stands in the live region: a button would be read out with it.
    this.text = this.strip.querySelector("[data-alarm]");
    this.strip.querySelector("[data-close]").addEventListener("click", () => this.show(""));
  }

  warn(minutes, endsAt) {
    const text = this.words.warning.replace("{n}", minutes).replace("{time}", endsAt);
    this.show(minutes === null ? "" : text);
  }

  granted(endsAt) {
    this.show(this.words.granted.replace("{time}", endsAt));
  }

  show(text) {
    this.strip.classList.toggle("is-shown", text !== "");
    this.text.textContent = text;
  }
}
