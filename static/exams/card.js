// The answer card: which questions are answered, flagged, only on this device; where one is.

export class Card {
  constructor({ questions, journal, words, flagsName, onGo }) {
    Object.assign(this, { questions, journal, words, flagsName, onGo });
    this.flags = new Set(readList(flagsName));
    this.answered = new Set();
    this.here = null;
    this.sheet = document.querySelector("[data-sheet]");
    this.body = document.querySelector("[data-card]");
    this.home = document.querySelector("[data-card-home]");
    this.body.addEventListener("click", (event) => this.follow(event));
    document.querySelector("[data-open]").addEventListener("click", () => this.open());
    this.sheet.querySelector("[data-close]").addEventListener("click", () => this.sheet.close());
    this.sheet.addEventListener("close", () => {
      // Told late: by now the sheet may have been opened again.
      if (!this.sheet.open) this.home.append(this.body);
    });
    this.sheet.addEventListener("click", (event) => {
      if (event.target === this.sheet) this.sheet.close();
    });
    this.sheet.querySelector("[data-next-open]").addEventListener("click", () => this.goOpen());
  }

  follow(event) {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    event.preventDefault();
    this.go(Number(cell.dataset.cell));
  }

  goOpen() {
    const open = this.questions.find((q) => !this.answered.has(Number(q.dataset.slot)));
    if (open) this.go(Number(open.dataset.slot));
    else this.sheet.close();
  }

  go(slot) {
    if (this.sheet.open) this.sheet.close();
    this.onGo(slot);
  }

  // On a phone the card is a sheet; beside the paper it only takes the focus.
  open() {
    const cell = this.body.querySelector(".here") || this.body.querySelector("[data-cell]");
    if (cell.offsetParent !== null) {
      cell.focus();
      return;
    }
    this.sheet.querySelector("[data-sheet-body]").append(this.body);
    this.sheet.showModal();
  }

  toggleFlag(slot) {
    if (!this.flags.delete(slot)) this.flags.add(slot);
    try {
      localStorage.setItem(this.flagsName, JSON.stringify([...this.flags]));
    } catch {
      // Flags are a convenience; without storage they last as long as the page.
    }
    this.draw();
  }

  forget() {
    try {
      localStorage.removeItem(this.flagsName);
    } catch {
      // Nothing was kept.
    }
  }

  setHere(slot) {
    this.here = slot;
    this.draw();
  }

  draw() {
    for (const cell of this.body.querySelectorAll("[data-cell]")) this.drawCell(cell);
    for (const question of this.questions) {
      const isFlagged = this.flags.has(Number(question.dataset.slot));
      const button = question.querySelector("[data-flag]");
      button.setAttribute("aria-pressed", isFlagged);
      button.querySelector("[data-flagged]").hidden = !isFlagged;
      button.querySelector("[data-unflagged]").hidden = isFlagged;
    }
    this.drawCounts();
  }

  drawCell(cell) {
    const slot = Number(cell.dataset.cell);
    const isLocal = this.journal.has(slot);
    const isDone = this.answered.has(slot);
    const isFlagged = this.flags.has(slot);
    cell.classList.toggle("did", isDone);
    cell.classList.toggle("flag", isFlagged);
    cell.classList.toggle("local", isLocal);
    cell.classList.toggle("here", slot === this.here);
    if (slot === this.here) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
    const words = this.words;
    cell.setAttribute(
      "aria-label",
      (isDone ? words.did : words.undone).replace("{n}", slot) +
        (isFlagged ? words.flagged : "") +
        (isLocal ? words.local : ""),
    );
  }

  drawCounts() {
    const counts = {
      did: this.answered.size,
      open: this.questions.length - this.answered.size,
      flag: this.flags.size,
      local: this.journal.size,
    };
    for (const [name, count] of Object.entries(counts)) {
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
        place.textContent = count;
      }
    }
    document.querySelector("[data-count-line='local']").hidden = counts.local === 0;
  }
}

function readList(name) {
  try {
    return JSON.parse(localStorage.getItem(name) || "[]");
  } catch {
    return [];
  }
}
