// The page of an open sitting. Every choice goes to the server when it is made; without this
// script the page is an ordinary form that saves and hands in.

import { Answering } from "./answering.js";
import { Card } from "./card.js";
import { Countdown } from "./countdown.js";
import { Ending } from "./ending.js";
import { Handing } from "./handing.js";
import { Tabs } from "./holder.js";
import { watchIntegrity } from "./integrity.js";
import { Journal } from "./journal.js";
import { Moving } from "./moving.js";
import { announce, readPaper } from "./paper.js";
import { Presence } from "./presence.js";
import { makeReading } from "./reading.js";
import { Receipt } from "./receipt.js";
import { Uploads } from "./uploads.js";
import { Warning } from "./warning.js";
import { makeZoom } from "./zoom.js";

const paper = readPaper();
const { exam, urls, words, csrf, lease, name } = paper;
const elsewhere = document.querySelector("[data-elsewhere]");

// ---- what the page is made of ----

makeReading(paper);
const journal = await Journal.open(`${name}-journal`);
const receipt = new Receipt({ journal, words, signInUrl: exam.dataset.signInUrl });
const card = new Card({
  ...paper,
  journal,
  flagsName: `${name}-flags`,
  onGo: (slot) => moving.goTo(slot),
});
const uploads = new Uploads({ ...paper, journal, show: showUpload });
const answering = new Answering({ paper, card, uploads });
const moving = new Moving({ paper, card });
const warning = new Warning({ words });
const tabs = new Tabs(name, { onLost: stepAside });
const ending = new Ending({ journal, uploads, urls, csrf, lease, leave, evidence: () => integrity.waiting });
const countdown = new Countdown(Number(exam.dataset.secondsLeft), {
  announce: (minutes) => announce(words.minutesLeft.replace("{n}", minutes)),
  warn: (minutes) => warning.warn(minutes, paper.endsAt),
  granted: () => warning.granted(paper.endsAt),
  woke: () => presence.beThere(),
  onEnd: () => handing.endOfTime(),
});
const integrity = watchIntegrity({
  paper,
  isHolder: () => tabs.isHolder,
  beat: () => presence.beThere(),
});
const presence = new Presence({
  paper,
  card,
  journal,
  tabs,
  integrity,
  tell: {
    heard,
    held,
    lost: stepAside,
    notHeard: (answer) => uploads.isCutOff(answer),
    over: () => location.assign(urls.page),
  },
});
const parts = { paper, card, answering, receipt, ending, presence, countdown };
const handing = new Handing({ ...parts, isAside: () => elsewhere.open });
makeZoom(paper);

// ---- what becomes of a choice ----

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
    // A crash had set the page back; nothing newer than what the server has is waiting here.
    if (told?.newest && !journal.has(told.slot)) answering.showNewest(told.slot, told.newest[0]);
    if (told?.seconds_left !== undefined) showTime(told.seconds_left);
    receipt.show(kind, told);
    card.draw();
  }
}

// With more time comes another end, of which a receipt says nothing.
function showTime(secondsLeft) {
  if (countdown.isGranted(secondsLeft)) presence.beThere();
  else countdown.set(secondsLeft);
}

function leave() {
  countdown.stop();
  card.forget();
  integrity.stop();
}

// ---- one page at a time ----

elsewhere.addEventListener("cancel", (event) => event.preventDefault());
elsewhere.querySelector("[data-take]").addEventListener("click", () => {
  presence.isAside = false;
  presence.hold({ take: true });
});

// Another tab or device answers now; this page keeps what it has and sends nothing more.
function stepAside() {
  tabs.isHolder = false;
  presence.isAside = true;
  uploads.isOver = true;
  if (!elsewhere.open) elsewhere.showModal();
}

async function held(told, isTaken) {
  if (isTaken) {
    // The answers of the other device stand on the page as the server sends it. What this one
    // still kept is older than they are.
    await journal.clear();
    tabs.claim();
    location.reload();
    return;
  }
  for (const [slot, reply] of Object.entries(told.newer)) {
    if (!journal.has(Number(slot))) answering.showNewest(Number(slot), reply);
  }
  card.draw();
  await journal.continueFrom(told.journal_number, told.journal_key);
  tabs.claim();
  uploads.begin();
  presence.beThere();
}

function heard(told) {
  paper.endsAt = told.ends_at;
  const text = words.endsAt.replace("{time}", told.ends_at);
  document.querySelector(".exam-clock [data-ends-at]").textContent = text;
  countdown.set(told.seconds_left);
}

// ---- the page as it opens ----

const noteEarly = answering.begin(journal.entries);
for (const shown of document.querySelectorAll("[data-script], [data-flag]")) shown.hidden = false;
for (const hidden of document.querySelectorAll("[data-no-script]")) hidden.hidden = true;
moving.begin();
document.body.classList.add("exam-live");
noteEarly();
card.draw();
if (await tabs.areBusy()) stepAside();
else presence.hold({ take: false });
