// What the invigilator says: one message after the other, calmly, until the candidate has read it.

export class Messages {
  constructor(place, onSeen) {
    this.place = place.querySelector("[data-message]");
    this.from = place.dataset.from;
    this.seen = [];
    this.shown = null;
    this.coming = [];
    this.place.querySelector("[data-message-seen]").addEventListener("click", () => {
      this.seen.push(this.shown.id);
      this.show(this.coming);
      onSeen();
    });
  }

  // The server sends what it has not heard to be read.
  show(messages) {
    this.coming = messages;
    const next = messages.find((one) => !this.seen.includes(one.id)) || null;
    if (next?.id === this.shown?.id) return;
    this.shown = next;
    this.place.hidden = next === null;
    if (next === null) return;
    const from = this.from.replace("{by}", next.by).replace("{at}", next.at);
    this.place.querySelector("[data-message-from]").textContent = from;
    this.place.querySelector("[data-message-text]").textContent = next.text;
  }
}
