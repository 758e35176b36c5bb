// Every choice that the server has not acknowledged, in the order in which it was made, kept in
// IndexedDB so that it outlives reload, crash and sleep. Taken out with the receipt. Each entry has
// a number and names the one before it, so that the server can tell that nothing is missing.
// IndexedDB writes a moment later, and some browsers have none: until it has an entry, the entry
// stands in localStorage (the tail), which writes at once.

import { newKey } from "./post.js";

const STORE = "entries";
// Some browsers never answer when the database is asked for.
const OPENS_WITHIN_MS = 2000;

export class Journal {
  // Opens what an earlier page of the same sitting left behind.
  static async open(name) {
    const journal = new Journal(name);
    const tail = journal.readTail();
    let kept = [];
    try {
      journal.database = await openDatabase(name);
      kept = await ended(journal.store("readonly").getAll());
    } catch {
      journal.database = null;
    }
    const known = new Set(kept.map((entry) => entry.key));
    const onlyInTail = tail.filter((entry) => !known.has(entry.key));
    journal.entries = [...kept, ...onlyInTail].sort((a, b) => a.number - b.number);
    // What is chosen before the server has spoken comes after what was left behind.
    const last = journal.entries.at(-1);
    if (last) [journal.lastNumber, journal.lastKey] = [last.number, last.key];
    await journal.keep(onlyInTail);
    return journal;
  }

  constructor(name) {
    this.name = name;
    this.entries = [];
    this.database = null;
    // Keys of entries that last only as long as the page: there is no room or no storage.
    this.loose = new Set();
    this.lastNumber = 0;
    this.lastKey = null;
  }

  // Whether everything here outlives the page.
  get isKept() {
    return this.loose.size === 0;
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
    if (!this.database) this.writeTail(this.entries);
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
    // With what found no room before: there may be some by now.
    const unkept = this.entries.filter((each) => each === entry || this.loose.has(each.key));
    const isInTail = this.writeTail([...this.readTail(), ...unkept]);
    for (const each of unkept) {
      if (isInTail) this.loose.delete(each.key);
      else this.loose.add(each.key);
    }
    await this.keep(unkept);
  }

  readTail() {
    try {
      return JSON.parse(localStorage.getItem(this.name) || "[]");
    } catch {
      return [];
    }
  }

  // Whether it stands there now.
  writeTail(entries) {
    try {
      if (entries.length) localStorage.setItem(this.name, JSON.stringify(entries));
      else localStorage.removeItem(this.name);
      return true;
    } catch {
      return false;
    }
  }

  // The entries stand in IndexedDB, or are not needed any more.
  cutTail(entries) {
    const settled = new Set(entries.map((entry) => entry.key));
    const tail = this.readTail();
    const left = tail.filter((entry) => !settled.has(entry.key));
    if (left.length < tail.length) this.writeTail(left);
  }

  async keep(entries) {
    if (!this.database || !entries.length) return;
    try {
      const store = this.store("readwrite");
      for (const entry of entries) store.put(entry);
      await finished(store.transaction);
      for (const entry of entries) this.loose.delete(entry.key);
      this.cutTail(entries);
    } catch {
      // What stands in localStorage stays there.
    }
  }

  async take(key) {
    this.entries = this.entries.filter((entry) => entry.key !== key);
    this.loose.delete(key);
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
  return Promise.race([
    ended(request),
    new Promise((_, reject) => setTimeout(() => reject(new Error("silent")), OPENS_WITHIN_MS)),
  ]);
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
