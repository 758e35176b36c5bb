// The time is over: what this device kept while it was cut off is delivered, answers and what the
// exam has the page note, then the paper is closed.

import { leaseOf } from "./holder.js";
import { Journal } from "./journal.js";
import { ask } from "./post.js";

const AGAIN_MS = 3000;

const place = document.querySelector("[data-exam]");
const told = document.querySelector("[data-told]");
const csrf = document.querySelector("meta[name='csrf-token']").content;
const urls = JSON.parse(place.dataset.urls);
const name = `exam-${place.dataset.exam}`;
const lease = leaseOf(`${name}-lease`);
const journal = await Journal.open(`${name}-journal`);

function noted() {
  try {
    return JSON.parse(localStorage.getItem(`${name}-incidents`)) ?? [];
  } catch {
    return [];
  }
}

async function deliver() {
  told.textContent = place.dataset.delivering;
  const entries = journal.entries;
  const outcome = await ask(urls.late, csrf, { lease, entries, incidents });
  if (outcome === null) {
    told.textContent = place.dataset.offline;
    setTimeout(deliver, AGAIN_MS);
    return;
  }
  await journal.clear();
  try {
    localStorage.removeItem(`${name}-incidents`);
  } catch {
    // The storage is forbidden, so nothing stands there.
  }
  told.textContent = outcome.refusal || "";
  setTimeout(() => location.assign(urls.page), outcome.refusal ? AGAIN_MS : 0);
}

const incidents = noted();
if (journal.size || incidents.length) deliver();
