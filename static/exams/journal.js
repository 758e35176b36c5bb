// What is not yet on the server, kept by the browser so that it outlives a reload. One entry a
// question: its newest reply and the key under which it is sent. Taken out with the receipt.

export class Journal {
  constructor(name) {
    this.name = name;
    this.entries = new Map();
    this.isKept = true;
    try {
      const stored = JSON.parse(localStorage.getItem(name) || "[]");
      this.entries = new Map(stored);
      this.keep();
    } catch {
      this.isKept = false;
    }
  }

  keep() {
    try {
      if (this.entries.size === 0) localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, JSON.stringify([...this.entries]));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  put(slot, response) {
    this.entries.delete(slot);
    this.entries.set(slot, { response, key: newKey() });
    this.keep();
  }

  take(slot, key) {
    if (this.entries.get(slot)?.key === key) this.entries.delete(slot);
    this.keep();
  }

  clear() {
    this.entries.clear();
    this.keep();
  }

  first() {
    const [next] = this.entries;
    return next ? { slot: next[0], ...next[1] } : null;
  }

  get size() {
    return this.entries.size;
  }
}

function newKey() {
  // crypto.randomUUID exists only over HTTPS; a plant's own server may have none.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
