// Every choice that the server has not acknowledged, in the order in which it was made, kept in
// IndexedDB so that it outlives reload, crash and sleep. Taken out with the receipt. Each entry has
// a number and names the one before it, so that the server can tell that nothing is missing.

import { newKey } from "./post.js";

const STORE = "entries";

export class Journal {
  // Opens what an earlier page of the same sitting left behind.
  static async open(name) {
    const journal = new Journal(name);
    try {
      journal.database = await openDatabase(name);
      const kept = await ended(journal.store("readonly").getAll());
      const known = new Set(kept.map((entry) => entry.key));
      const tail = journal.readTail().filter((entry) => !known.has(entry.key));
      journal.entries = [...kept, ...tail].sort((a, b) => a.number - b.number);
      await journal.keep(tail);
    } catch {
      // Without IndexedDB the entries last as long as the page, and the page says so.
      journal.isKept = false;
    }
    return journal;
  }

  constructor(name) {
    this.name = name;
    this.entries = [];
    this.database = null;
    this.isKept = false;
    this.lastNumber = 0;
    this.lastKey = null;
  }

  store(mode) {
    return this.database.transaction(STORE, mode).objectStore(STORE);
  }

  // Goes on from the newest entry that the server has. What it does not have is numbered from there
  // on, which changes nothing unless an entry was lost.
  async continueFrom(number, key) {
    this.lastNumber = number;
    this.lastKey = key;
    for (const entry of this.entries) {
      entry.number = this.lastNumber + 1;
      entry.after = this.lastKey;
      this.lastNumber = entry.number;
      this.lastKey = entry.key;
    }
    await this.keep(this.entries);
  }

  // Resolves once the entry is kept, or once it is known that it cannot be.
  async add(slot, response, claimedMs) {
    const entry = {
      slot,
      response,
      key: newKey(),
      number: this.lastNumber + 1,
      after: this.lastKey,
      claimed_ms: claimedMs,
    };
    this.lastNumber = entry.number;
    this.lastKey = entry.key;
    this.entries.push(entry);
    this.writeTail([...this.readTail(), entry]);
    await this.keep([entry]);
  }

  readTail() {
    try {
      return JSON.parse(localStorage.getItem(this.name) || "[]");
    } catch {
      return [];
    }
  }

  writeTail(entries) {
    try {
      if (entries.length) localStorage.setItem(this.name, JSON.stringify(entries));
      else localStorage.removeItem(this.name);
    } catch {
      // IndexedDB has it in a moment.
    }
  }

  // The entries stand in IndexedDB, or are not needed any more.
  cutTail(entries) {
    const settled = new Set(entries.map((entry) => entry.key));
    this.writeTail(this.readTail().filter((entry) => !settled.has(entry.key)));
  }

  async keep(entries) {
    if (!this.database) return;
    try {
      const store = this.store("readwrite");
      for (const entry of entries) store.put(entry);
      await finished(store.transaction);
      this.isKept = true;
      this.cutTail(entries);
    } catch {
      this.isKept = false;
    }
  }

  async take(key) {
    this.entries = this.entries.filter((entry) => entry.key !== key);
    this.cutTail([{ key }]);
    if (!this.database) return;
    try {
      const store = this.store("readwrite");
      store.delete(key);
      await finished(store.transaction);
    } catch {
      // It will be sent again, which changes nothing.
    }
  }

  async clear() {
    for (const entry of [...this.entries]) await this.take(entry.key);
  }

  first() {
    return this.entries[0] || null;
  }

  has(slot) {
    return this.entries.some((entry) => entry.slot === slot);
  }

  // How many questions have a choice that the server does not have.
  get size() {
    return new Set(this.entries.map((entry) => entry.slot)).size;
  }
}

function openDatabase(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return ended(request);
}

function ended(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
