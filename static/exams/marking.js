// Marking fast: keys for the scoring points, what is typed kept on the server, the next answer
// fetched beforehand and put in place without loading a page. Without this script the form works.

import { ask } from "./post.js";

const DRAFT_AFTER_MS = 600;
const csrf = document.querySelector("meta[name='csrf-token']").content;
// Pages fetched beforehand, by address.
const fetched = new Map();
let draftTimer = 0;

const here = () => document.querySelector("[data-marking]");
const form = () => document.querySelector("[data-mark]");
const boxes = () => [...document.querySelectorAll("[data-mark] input[name='points']")];

// As on the server: scaled to the paper's points, rounded half up once after adding.
function ticked() {
  const { pointsTenths, rubricTenths } = form().dataset;
  const total = Number(rubricTenths);
  if (!total) return 0;
  const earned = boxes().reduce((sum, box) => sum + (box.checked ? Number(box.dataset.tenths) : 0), 0);
  return Math.floor((2 * earned * Number(pointsTenths) + total) / (2 * total));
}

function show() {
  if (!form()) return;
  const own = form().elements.score.value.trim();
  const said = own === "" ? (boxes().length ? ticked() / 10 : "") : own;
  form().querySelector("[data-sum]").textContent = said;
}

function say(words) {
  const place = document.querySelector("[data-state]");
  if (place) place.textContent = words;
}

function complain(words) {
  const place = form().querySelector("[data-problem]");
  place.textContent = words;
  place.hidden = !words;
}

function draftLater() {
  clearTimeout(draftTimer);
  if (here().dataset.draftUrl) draftTimer = setTimeout(keepDraft, DRAFT_AFTER_MS);
}

async function keepDraft() {
  clearTimeout(draftTimer);
  const url = here().dataset.draftUrl;
  if (!form() || !url) return;
  say(here().dataset.saving);
  const kept = await ask(url, csrf, {
    points: boxes().filter((box) => box.checked).map((box) => Number(box.value)),
    score: form().elements.score.value.trim(),
    remark: form().elements.remark.value.trim(),
  });
  if (here().dataset.draftUrl !== url) return;
  say(kept?.is_kept ? here().dataset.saved.replace("{time}", kept.saved_at) : kept?.message ?? here().dataset.offline);
}

async function fetchPage(url) {
  const answer = await fetch(url).catch(() => null);
  return answer !== null && answer.ok && !answer.redirected ? answer.text() : null;
}

function fetchBeforehand(url) {
  if (url && !fetched.has(url)) fetched.set(url, fetchPage(url));
}

async function come(url, told) {
  const page = await (fetched.get(url) ?? fetchPage(url));
  fetched.delete(url);
  const next = page && new DOMParser().parseFromString(page, "text/html").querySelector("[data-marking]");
  if (!next) {
    location.assign(url);
    return;
  }
  here().replaceWith(next);
  history.pushState(null, "", url);
  if (told) {
    // The page was fetched before the last mark was given.
    const words = next.dataset.progressText.replace("{done}", told.done).replace("{total}", told.total);
    next.querySelector("[data-progress-words]").textContent = words;
    Object.assign(next.querySelector("[data-progress]"), { value: told.done, max: told.total });
  }
  begin();
  scrollTo(0, 0);
}

async function give() {
  clearTimeout(draftTimer);
  const sent = form();
  if (sent.dataset.busy) return;
  sent.dataset.busy = "1";
  complain("");
  say(here().dataset.saving);
  const answer = await fetch(location.pathname, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(sent)),
  }).catch(() => null);
  const told = answer && (await answer.json().catch(() => null));
  if (answer?.ok && told?.next) {
    if (told.is_answer) {
      await come(told.next, told);
      fetchBeforehand(told.then);
    } else {
      location.assign(told.next);
    }
    return;
  }
  delete sent.dataset.busy;
  say("");
  complain(told?.message ?? here().dataset.offline);
}

async function leaf(link) {
  if (!link) return;
  if (form() && here().dataset.draftUrl) await keepDraft();
  await come(link.getAttribute("href"));
}

function tick(box) {
  if (!box) return;
  box.checked = !box.checked;
  form().elements.score.value = "";
  show();
  draftLater();
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-mark]")) return;
  // What is ticked anew counts, not what was typed before.
  if (event.target.name === "points") form().elements.score.value = "";
  show();
  draftLater();
});

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-mark]")) return;
  event.preventDefault();
  give();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-before], [data-after]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leaf(link);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target;
  const isTyping = at.matches("input:not([type='checkbox']), textarea, select");
  if (isTyping) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (event.key === "ArrowLeft") leaf(document.querySelector("[data-before]"));
  else if (event.key === "ArrowRight") leaf(document.querySelector("[data-after]"));
  else if (!form()) return;
  else if (/^[1-9]$/.test(event.key)) tick(boxes()[Number(event.key) - 1]);
  else if (event.key === "0") {
    for (const box of boxes()) box.checked = false;
    form().elements.score.value = boxes().length ? "" : "0";
    show();
    draftLater();
  } else if (event.key === "s" || event.key === "S") form().elements.score.focus();
  else if (event.key === "Enter" && !at.closest("a, button, summary")) give();
  else return;
  event.preventDefault();
});

// What was shown before is another answer: its own page tells how it stands now.
addEventListener("popstate", () => location.reload());

function begin() {
  show();
  fetchBeforehand(here().dataset.following);
  // So that the keys work at once, and a screen reader begins with the answer.
  here().querySelector("[data-answer]").focus({ preventScroll: true });
  document.body.classList.add("marking-live");
}

begin();
