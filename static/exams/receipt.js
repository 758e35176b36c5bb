// The line that says where the answers are: never "saved" before the server's receipt, never
// "on this device" before the journal has kept it.

export class Receipt {
  constructor({ journal, words, signInUrl }) {
    Object.assign(this, { journal, words, signInUrl });
    this.places = [...document.querySelectorAll("[data-receipt]")];
  }

  show(kind, told = {}) {
    const { words, journal } = this;
    const waiting = journal.size;
    if (kind === "saving") {
      if (waiting > 1) this.write("must", words.uploading.replace("{n}", waiting));
      else this.write("open", words.saving);
    } else if (kind === "saved") {
      const note = words.slotReceipt.replace("{n}", told.slot).replace("{code}", told.receipt);
      this.write("safe", words.saved.replace("{time}", told.saved_at), note);
    } else if (kind === "offline") {
      const where = journal.isKept ? words.offline : words.offlinePage;
      const promise = journal.isKept ? words.promise : words.stay;
      this.write("warn", where, promise.replace("{n}", waiting));
    } else if (kind === "open") {
      this.write("open", words.each);
    } else if (kind === "signedOut") {
      this.write("warn", words.signedOut, "", { href: this.signInUrl, text: words.signIn });
    } else if (kind === "refused") {
      this.write("stop", words.refused.replace("{n}", told.slot));
    } else {
      this.write(told.sign || "warn", told.text);
    }
  }

  write(sign, text, note = "", link = null) {
    for (const place of this.places) {
      const state = make("span", `state is-${sign}`);
      const mark = make("span", `sign sign-${sign}`);
      mark.setAttribute("aria-hidden", "true");
      state.append(mark, text);
      place.replaceChildren(state);
      if (note) place.append(make("span", "note d-block", note));
      if (link) place.append(makeLink(link));
      const isBar = place.classList.contains("receipt");
      if (isBar) {
        place.classList.toggle("receipt-off", sign === "warn" || sign === "stop");
        place.classList.toggle("phone", sign !== "warn" && sign !== "stop");
      }
    }
  }
}

function make(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function makeLink({ href, text }) {
  const made = make("a", "", text);
  made.href = href;
  made.target = "_blank";
  made.rel = "opener";
  return made;
}
