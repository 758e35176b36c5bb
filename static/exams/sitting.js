// The page of an open sitting. Every choice goes to the server when it is made; without this
// script the page is an ordinary form that saves and hands in.

import { Card } from "./card.js";
import { Countdown } from "./countdown.js";
import { Ending } from "./ending.js";
import { Tabs, leaseOf } from "./holder.js";
import { Journal } from "./journal.js";
import { isShown, listenToKeys } from "./keyboard.js";
import { makeOrder } from "./order.js";
import { ask } from "./post.js";
import { Receipt } from "./receipt.js";
import { replyOf, showReply } from "./replies.js";
import { makeSpots } from "./spots.js";
import { Uploads } from "./uploads.js";

const TYPING_PAUSE_MS = 1000;
const PRESENCE_MS = 20000;
const AGAIN_MS = 3000;

const exam = document.querySelector("[data-exam]");
const form = document.querySelector("#paper");
const words = document.querySelector("[data-words]").dataset;
const csrf = document.querySelector("meta[name='csrf-token']").content;
const questions = [...document.querySelectorAll(".question")];
const bySlot = new Map(questions.map((question) => [slotOf(question), question]));
const name = `exam-${exam.dataset.exam}`;
const urls = JSON.parse(exam.dataset.urls);
const lease = leaseOf(`${name}-lease`);
const server = {
  offset: Number(exam.dataset.serverMs) - performance.now(),
  deadline: Number(exam.dataset.deadlineMs),
};
// What was typed before the end may be noted a moment after it.
const claimedNow = () =>
  Math.min(Math.floor(server.offset + performance.now()), server.deadline);

const elsewhere = document.querySelector("[data-elsewhere]");

const journal = await Journal.open(`${name}-journal`);
const receipt = new Receipt({ journal, words, signInUrl: exam.dataset.signInUrl });
const card = new Card({ questions, journal, words, flagsName: `${name}-flags`, onGo: goTo });
const uploads = new Uploads({ journal, urls, csrf, lease, claimedNow, show: showUpload });
const ending = new Ending({ journal, uploads, urls, csrf, lease, leave });
const tabs = new Tabs(name, { onLost: stepAside });
const countdown = new Countdown(Number(exam.dataset.secondsLeft), {
  announce: (minutes) => say("[data-announce]", minutes),
  alarm: (minutes) => say("[data-alarm]", minutes),
  onEnd: endOfTime,
});

function showUpload(kind, told) {
  if (kind === "closed") {
    ending.deliver().then(() => {
      leave();
      location.assign(urls.page);
    });
  } else if (kind === "too_late") {
    // The time ran out on the way; the end of the page's own countdown delivers what is left.
    if (!countdown.hasEnded) countdown.set(0);
  } else if (kind === "takenOver") {
    stepAside();
  } else {
    if (told?.seconds_left !== undefined) countdown.set(told.seconds_left);
    receipt.show(kind, told);
    card.draw();
  }
}

// Whether a field says something else than when the server sent it.
function isTouched(field) {
  if (field.type === "radio" || field.type === "checkbox") {
    return field.checked !== field.defaultChecked;
  }
  if (field.options) {
    const options = [...field.options];
    const sent = options.find((option) => option.defaultSelected) || options[0];
    return field.value !== sent.value;
  }
  return field.value !== field.defaultValue;
}

function slotOf(question) {
  return Number(question.dataset.slot);
}

function say(place, minutes) {
  document.querySelector(place).textContent = words.minutesLeft.replace("{n}", minutes);
}

// ---- answering ----

const typing = new Map();

function note(question) {
  const slot = slotOf(question);
  clearTimeout(typing.get(slot));
  typing.delete(slot);
  const reply = replyOf(question);
  if (reply === null) card.answered.delete(slot);
  else card.answered.add(slot);
  uploads.put(slot, reply);
  card.draw();
}

form.addEventListener("change", (event) => {
  const question = event.target.closest(".question");
  if (question) note(question);
});

form.addEventListener("input", (event) => {
  const question = event.target.closest(".question");
  if (!question || !event.target.matches(".blank")) return;
  const length = question.querySelector("[data-length]");
  if (length) length.textContent = event.target.value.trim().length;
  const slot = slotOf(question);
  clearTimeout(typing.get(slot));
  typing.set(slot, setTimeout(() => note(question), TYPING_PAUSE_MS));
});

for (const question of questions) {
  if (question.dataset.kind === "ordering") makeOrder(question, { onChange: note, say: sayMoved });
  if (question.dataset.kind === "hotspot") makeSpots(question, { onChange: note, words });
}

function sayMoved(step, place) {
  const told = words.moved.replace("{step}", step).replace("{n}", place);
  document.querySelector("[data-announce]").textContent = told;
}

function noteWhatIsTyped() {
  for (const slot of [...typing.keys()]) note(bySlot.get(slot));
}

// ---- moving about ----

function setHere(question) {
  for (const other of questions) other.classList.toggle("is-here", other === question);
  card.setHere(slotOf(question));
  const place = `${questions.indexOf(question) + 1} / ${questions.length}`;
  document.querySelector("[data-position]").textContent = place;
  const isLast = question === questions.at(-1);
  document.querySelector("[data-go='1']").textContent = isLast ? words.look : words.next;
}

function goTo(slot) {
  const question = bySlot.get(slot);
  setHere(question);
  question.scrollIntoView({ block: "start" });
  const fields = [...question.querySelectorAll("input, select, textarea, [data-move]")];
  const shown = fields.filter(isShown);
  const first = shown.find((field) => field.checked) || shown[0];
  (first || question.querySelector(".spot-list summary")).focus({ preventScroll: true });
}

function step(by, from) {
  const current = from || bySlot.get(card.here);
  const next = questions[questions.indexOf(current) + by];
  if (next) goTo(slotOf(next));
  else if (by > 0) card.open();
}

form.addEventListener("focusin", (event) => {
  const question = event.target.closest(".question");
  if (question) setHere(question);
});

for (const question of questions) {
  question.querySelector("[data-flag]").addEventListener("click", () => {
    card.toggleFlag(slotOf(question));
  });
}
for (const button of document.querySelectorAll("[data-go]")) {
  button.addEventListener("click", () => step(Number(button.dataset.go)));
}
listenToKeys({
  form,
  step,
  flag: (question) => card.toggleFlag(slotOf(question)),
  openCard: () => card.open(),
});

// ---- handing in ----

const handIn = document.querySelector("[data-hand-in]");

// Asked on the page itself, so that a network that fails now costs nothing.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  noteWhatIsTyped();
  if (card.sheet.open) card.sheet.close();
  card.drawCounts();
  handIn.querySelector("[data-open-line]").hidden = card.answered.size === questions.length;
  handIn.showModal();
});
handIn.querySelector("[data-back]").addEventListener("click", () => {
  handIn.close();
  card.goOpen();
});
handIn.querySelector("[data-go-in]").addEventListener("click", async () => {
  handIn.close();
  receipt.show("told", { sign: "must", text: words.handingIn });
  if (!(await ending.handIn())) receipt.show("told", { sign: "warn", text: words.noHandIn });
});

let endedAt = 0;

async function endOfTime() {
  if (elsewhere.open) return;
  noteWhatIsTyped();
  endedAt = endedAt || performance.now();
  receipt.show("told", { sign: "must", text: words.timeUp });
  const told = await signOfLife();
  if (told?.state === "open" && told.seconds_left > 0) {
    // Extra minutes were granted, or the page's clock ran ahead.
    endedAt = 0;
    countdown.hasEnded = false;
    countdown.set(told.seconds_left);
    return;
  }
  form.inert = true;
  const outcome = await ending.close(endedAt);
  if (typeof outcome === "string") {
    receipt.show("told", { sign: "stop", text: outcome });
    setTimeout(() => location.assign(urls.page), AGAIN_MS);
  } else if (outcome === null) {
    receipt.show("told", { sign: "warn", text: words.timeUpOffline });
    setTimeout(endOfTime, AGAIN_MS);
  }
}

function leave() {
  countdown.stop();
  card.forget();
}

// ---- being there ----

async function signOfLife() {
  const told = await ask(urls.presence, csrf, {
    lease,
    answered: card.answered.size,
    slot: card.here,
    waiting: journal.size,
  });
  if (told) {
    server.offset = told.server_ms - performance.now();
    server.deadline = told.deadline_ms;
  }
  return told;
}

async function beThere() {
  if (!tabs.isHolder || countdown.hasEnded) return;
  const told = await signOfLife();
  if (told === null || countdown.hasEnded) return;
  if (told.state !== "open") {
    location.assign(urls.page);
  } else if (!told.holds) {
    stepAside();
  } else {
    countdown.set(told.seconds_left);
    const ends = words.endsAt.replace("{time}", told.ends_at);
    document.querySelector(".exam-clock [data-ends-at]").textContent = ends;
  }
}

setInterval(beThere, PRESENCE_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") beThere();
  else noteWhatIsTyped();
});
addEventListener("pageshow", (event) => {
  // Brought back from the browser's own store: other devices may have answered meanwhile.
  if (event.persisted) location.reload();
});

// ---- one page at a time ----

elsewhere.addEventListener("cancel", (event) => event.preventDefault());
elsewhere.querySelector("[data-take]").addEventListener("click", () => hold({ take: true }));

// Another tab or device answers now; this page keeps what it has and sends nothing more.
function stepAside() {
  tabs.isHolder = false;
  uploads.isOver = true;
  if (!elsewhere.open) elsewhere.showModal();
}

function backOnline() {
  return new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}

async function hold({ take }) {
  const told = await ask(urls.hold, csrf, { lease, take });
  if (told === null) {
    // Until the server has heard of this page, its choices are kept here.
    uploads.isCutOff();
    await Promise.race([backOnline(), new Promise((resolve) => setTimeout(resolve, AGAIN_MS))]);
    hold({ take });
  } else if (told.state !== "open") {
    location.assign(urls.page);
  } else if (!told.holds) {
    stepAside();
  } else if (take) {
    // The answers of the other device stand on the page as the server sends it. What this one
    // still kept is older than they are.
    await journal.clear();
    tabs.claim();
    location.reload();
  } else {
    await journal.continueFrom(told.journal_number, told.journal_key);
    tabs.claim();
    uploads.begin();
    beThere();
  }
}

// ---- the page as it opens ----

// Whoever was quicker than this script has chosen something that it did not hear of.
const early = questions.filter((question) =>
  [...question.querySelectorAll("input[name^='q'], select, textarea")].some(isTouched),
);
// What an earlier page could not send is shown again and sent first.
for (const { slot, response } of journal.entries) {
  if (!early.includes(bySlot.get(slot))) showReply(bySlot.get(slot), response);
}
for (const question of questions) {
  if (replyOf(question) !== null) card.answered.add(slotOf(question));
}
for (const shown of document.querySelectorAll("[data-script], [data-flag]")) shown.hidden = false;
for (const hidden of document.querySelectorAll("[data-no-script]")) hidden.hidden = true;
document.body.classList.add("exam-live");
const asked = questions.find((question) => `#${question.id}` === location.hash);
const open = questions.find((question) => !card.answered.has(slotOf(question)));
setHere(asked || open || questions[0]);
for (const question of early) note(question);
card.draw();
if (await tabs.areBusy()) stepAside();
else hold({ take: false });
