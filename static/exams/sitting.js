// The page of an open sitting. Every choice goes to the server when it is made; without this
// script the page is an ordinary form that saves and hands in.

import { Card } from "./card.js";
import { Countdown } from "./countdown.js";
import { Journal } from "./journal.js";
import { isShown, listenToKeys } from "./keyboard.js";
import { makeOrder } from "./order.js";
import { Receipt } from "./receipt.js";
import { replyOf, showReply } from "./replies.js";
import { makeSpots } from "./spots.js";
import { Uploads } from "./uploads.js";

const TYPING_PAUSE_MS = 1000;
const RESYNC_MS = 60000;
const HAND_IN_AGAIN_MS = 3000;

const exam = document.querySelector("[data-exam]");
const form = document.querySelector("#paper");
const words = document.querySelector("[data-words]").dataset;
const csrf = document.querySelector("meta[name='csrf-token']").content;
const questions = [...document.querySelectorAll(".question")];
const bySlot = new Map(questions.map((question) => [slotOf(question), question]));
const name = `exam-${exam.dataset.exam}`;

const journal = new Journal(`${name}-answers`);
const receipt = new Receipt({ journal, words, signInUrl: exam.dataset.signInUrl });
const card = new Card({ questions, journal, words, flagsName: `${name}-flags`, onGo: goTo });
const uploads = new Uploads({
  journal,
  url: exam.dataset.answerUrl,
  csrf,
  show(kind, told) {
    if (kind === "closed") {
      leave();
      location.assign(exam.dataset.pageUrl);
      return;
    }
    if (told?.seconds_left !== undefined) countdown.set(told.seconds_left);
    receipt.show(kind, told);
    card.draw();
  },
});
const countdown = new Countdown(Number(exam.dataset.secondsLeft), {
  announce: (minutes) => say("[data-announce]", minutes),
  alarm: (minutes) => say("[data-alarm]", minutes),
  onEnd: endOfTime,
});

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

// Nothing may be lost on the way: the check is opened only when the server has every answer.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  noteWhatIsTyped();
  if (card.sheet.open) card.sheet.close();
  if (await uploads.flush()) location.assign(exam.dataset.checkUrl);
  else receipt.show("told", { sign: "warn", text: words.noHandIn });
});

async function endOfTime() {
  noteWhatIsTyped();
  receipt.show("told", { sign: "must", text: words.timeUp });
  await uploads.flush();
  const told = await serverTime();
  if (told === null) {
    receipt.show("told", { sign: "warn", text: words.timeUpOffline });
    setTimeout(endOfTime, HAND_IN_AGAIN_MS);
  } else if (told.state === "open" && told.seconds_left > 0) {
    // Extra minutes were granted, or the page's clock ran ahead.
    countdown.hasEnded = false;
    countdown.set(told.seconds_left);
  } else {
    leave();
    document.querySelector("#hand-in").submit();
  }
}

function leave() {
  countdown.stop();
  card.forget();
}

async function serverTime() {
  try {
    const answer = await fetch(exam.dataset.timeUrl, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function resync() {
  const told = await serverTime();
  if (told === null || countdown.hasEnded) return;
  if (told.state !== "open") {
    location.assign(exam.dataset.pageUrl);
    return;
  }
  countdown.set(told.seconds_left);
  const ends = words.endsAt.replace("{time}", told.ends_at);
  document.querySelector(".exam-clock [data-ends-at]").textContent = ends;
}

setInterval(resync, RESYNC_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") resync();
  else noteWhatIsTyped();
});
addEventListener("pageshow", (event) => {
  // Brought back from the browser's own store: other devices may have answered meanwhile.
  if (event.persisted) location.reload();
});

// ---- the page as it opens ----

// What an earlier page could not send is shown again and sent first.
for (const [slot, { response }] of journal.entries) showReply(bySlot.get(slot), response);
for (const question of questions) {
  if (replyOf(question) !== null) card.answered.add(slotOf(question));
}
for (const shown of document.querySelectorAll("[data-script], [data-flag]")) shown.hidden = false;
for (const hidden of document.querySelectorAll("[data-no-script]")) hidden.hidden = true;
document.body.classList.add("exam-live");
const asked = questions.find((question) => `#${question.id}` === location.hash);
const open = questions.find((question) => !card.answered.has(slotOf(question)));
setHere(asked || open || questions[0]);
card.draw();
if (journal.size) uploads.send();
