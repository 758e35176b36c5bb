// The open paper as the server sent it: its questions, addresses, words, and the server's time.

import { leaseOf } from "./holder.js";

export function readPaper() {
  const exam = document.querySelector("[data-exam]");
  const questions = [...document.querySelectorAll(".question")];
  const bySlot = new Map(questions.map((question) => [slotOf(question), question]));
  const name = `exam-${exam.dataset.exam}`;
  const paper = {
    exam,
    name,
    questions,
    form: document.querySelector("#paper"),
    words: document.querySelector("[data-words]").dataset,
    csrf: document.querySelector("meta[name='csrf-token']").content,
    urls: JSON.parse(exam.dataset.urls),
    lease: leaseOf(`${name}-lease`),
    at: (slot) => bySlot.get(slot),
    // The newest answer that the server knew when it made this page.
    seen: Number(document.querySelector("#paper [name='seen']").value),
    endsAt: exam.dataset.endsAt,
    serverOffset: Number(exam.dataset.serverMs) - performance.now(),
    deadlineMs: Number(exam.dataset.deadlineMs),
  };
  // What was typed before the end may be noted a moment after it.
  paper.claimedNow = () =>
    Math.min(Math.floor(paper.serverOffset + performance.now()), paper.deadlineMs);
  return paper;
}

export function slotOf(question) {
  return Number(question.dataset.slot);
}

export function announce(text) {
  document.querySelector("[data-announce]").textContent = text;
}
