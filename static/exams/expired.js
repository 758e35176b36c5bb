// The time is over: what this device kept while it was cut off is delivered, then the paper closed.

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

async function deliver() {
  told.textContent = place.dataset.delivering;
  const entries = journal.entries;
  const outcome = await ask(urls.late, csrf, { lease, entries });
  if (outcome === null) {
    told.textContent = place.dataset.offline;
    setTimeout(deliver, AGAIN_MS);
    return;
  }
  await journal.clear();
  told.textContent = outcome.refusal || "";
  setTimeout(() => location.assign(urls.page), outcome.refusal ? AGAIN_MS : 0);
}

if (journal.size) deliver();
