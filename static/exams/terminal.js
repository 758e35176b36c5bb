// A shared terminal: the keypad, signing out when nobody is there, and nothing left behind.
//
// What may stay in the browser is the journal of a sitting that was interrupted, because nobody but
// its candidate can deliver it: its entries hold a slot and a choice, no name, and only the page of
// that sitting reads them, which the server gives to its candidate alone. All else goes at the door.

import { post } from "./post.js";

const AGAIN_MS = 3000;
const WEEK_MS = 7 * 24 * 3600 * 1000;
const OURS = /^(exam-\d+|reading)-/;
const JOURNAL = /^exam-\d+-journal$/;

addEventListener("pageshow", (event) => {
  // Brought back from the browser's own store: whose page that was, is over.
  if (event.persisted) location.reload();
});

// ---- out ----

for (const link of document.querySelectorAll("[data-needs-network]")) {
  // A browser's own page of errors would stand where the paper was.
  link.addEventListener("click", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    link.textContent = link.dataset.needsNetwork;
  });
}

for (const place of document.querySelectorAll("[data-leave]")) watch(place);

function watch(place) {
  const { leave, doorUrl, idleSeconds } = place.dataset;
  const told = place.querySelector("[data-idle-told]");
  let left = Number(idleSeconds);
  let isLeaving = false;

  async function go() {
    isLeaving = true;
    document.body.classList.add("is-leaving");
    const csrf = document.querySelector("meta[name='csrf-token']").content;
    const answer = await post(leave, csrf, {});
    if (answer?.ok) {
      location.replace(doorUrl);
    } else if (answer === null) {
      told.textContent = told.dataset.offline;
      setTimeout(go, AGAIN_MS);
    } else {
      // Signed out meanwhile, or the page is older than its session.
      location.replace(doorUrl);
    }
  }

  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => (left = Number(idleSeconds)), { passive: true });
  }
  setInterval(() => {
    if (isLeaving) return;
    left -= 1;
    if (told.dataset.counting) told.textContent = told.dataset.counting.replace("{n}", left);
    if (left <= 0) go();
  }, 1000);
}

// ---- the door ----

const restart = document.querySelector("[data-restart-seconds]");
if (restart) {
  // Half a number that somebody typed and left, or a name that somebody was asked about.
  let since = performance.now();
  addEventListener("pointerdown", () => (since = performance.now()));
  addEventListener("keydown", () => (since = performance.now()));
  setInterval(() => {
    const boxes = [...document.querySelectorAll("[data-box]")];
    const isClean = boxes.length > 0 && boxes.every((box) => !box.value);
    const isOld = performance.now() - since > Number(restart.dataset.restartSeconds) * 1000;
    if (isOld && !isClean) location.replace(location.pathname);
  }, 1000);
}

const serverMs = Number(document.querySelector("[data-server-ms]")?.dataset.serverMs);
const keypad = document.querySelector("[data-keypad]");
if (keypad) {
  const boxes = [...document.querySelectorAll("[data-box]")];
  let box = boxes.find((one) => !one.value) || boxes[0];
  for (const one of boxes) one.addEventListener("focus", () => (box = one));
  // Pressing a key of the pad leaves the focus, and with it the place of the cursor, in the box.
  keypad.addEventListener("pointerdown", (event) => event.preventDefault());
  keypad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (key === "clear") box.value = "";
    else if (key === "back") box.value = box.value.slice(0, -1);
    else box.value += key;
    box.focus();
  });
  keypad.hidden = false;
  if (!document.querySelector("[role='alert']")) box.focus();
  document.querySelector("[data-kept]").hidden = !(await tidy());
  document.body.classList.add("is-tidy");
}

// Removes what earlier sittings left here; says whether a journal waits for its candidate.
async function tidy() {
  const kept = new Set();
  for (const name of await journals()) {
    if (await mustStay(name)) kept.add(name.replace(/-journal$/, "-"));
    else indexedDB.deleteDatabase(name);
  }
  try {
    for (const name of Object.keys(localStorage)) {
      const isTail = JOURNAL.test(name) && localStorage.getItem(name) !== "[]";
      if (isTail) kept.add(name.replace(/-journal$/, "-"));
    }
    for (const name of Object.keys(localStorage)) {
      const isNeeded = [...kept].some((start) => name.startsWith(start));
      // Without the lease the server would take the page for another device's.
      if (OURS.test(name) && !(isNeeded && /-(journal|lease)$/.test(name))) {
        localStorage.removeItem(name);
      }
    }
    sessionStorage.clear();
  } catch {
    // No storage, no trace.
  }
  return kept.size > 0;
}

async function journals() {
  try {
    return (await indexedDB.databases()).map((one) => one.name).filter((name) => JOURNAL.test(name));
  } catch {
    // A browser that does not tell which there are: each is empty once its sitting is delivered.
    return [];
  }
}

// Whether a journal still holds answers that a server could take: nothing may be delivered for
// longer than a week.
function mustStay(name) {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => resolve(true);
    opening.onsuccess = () => {
      const database = opening.result;
      const names = [...database.objectStoreNames];
      if (!names.length) return done(database, []);
      const reading = database.transaction(names[0]).objectStore(names[0]).getAll();
      reading.onsuccess = () => done(database, reading.result);
      reading.onerror = () => resolve(true);
    };

    function done(database, entries) {
      database.close();
      // By the server's clock, by which the entries are dated too: a terminal's own may be wrong.
      const newest = Math.max(0, ...entries.map((entry) => entry.claimed_ms));
      resolve(entries.length > 0 && serverMs - newest < WEEK_MS);
    }
  });
}
