// The module page: says that it was opened, and shows which clause is being read.
// Without this script everything can be read; only the record of opening waits for "我已读完".
"use strict";

const article = document.querySelector("article[data-opened]");
if (article) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  fetch(article.dataset.opened, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    credentials: "same-origin",
    keepalive: true,
  }).catch(() => {
    // Offline: nothing is lost, the record is made at the next visit or by "我已读完".
  });
}

const links = [...document.querySelectorAll(".toc a")];
const anchors = [...new Set(links.map((link) => link.hash.slice(1)))];
const headings = anchors.map((id) => document.getElementById(id)).filter(Boolean);
const place = document.querySelector("[data-place]");
const progress = document.querySelector(".readbar progress");
const facts = [...document.querySelectorAll(".keyfacts li")];
const factsTitle = document.querySelector("[data-here]");
const allFacts = factsTitle ? factsTitle.textContent : "";
let current = null;

function showFacts(id) {
  if (!factsTitle) return;
  const here = facts.some((fact) => fact.dataset.of === id);
  factsTitle.textContent = here ? factsTitle.dataset.here : allFacts;
  for (const fact of facts) fact.hidden = here && fact.dataset.of !== id;
}

function follow() {
  // The last heading above the upper third of the window is the one being read.
  const line = window.innerHeight / 3;
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 2;
  let index = headings.findLastIndex((heading) => heading.getBoundingClientRect().top <= line);
  if (atEnd && window.scrollY > 0) index = headings.length - 1;
  const id = index >= 0 ? headings[index].id : null;
  if (id === current) return;
  current = id;
  for (const link of links) {
    if (link.hash.slice(1) === id) {
      link.setAttribute("aria-current", "true");
      const side = link.closest(".side");
      if (side) side.scrollTop = Math.max(0, link.offsetTop - side.clientHeight / 2);
    } else {
      link.removeAttribute("aria-current");
    }
  }
  if (place && index >= 0) place.textContent = place.dataset.place.replace("{n}", index + 1);
  if (progress) progress.value = index + 1;
  showFacts(id);
}

if (headings.length) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      follow();
    });
  };
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("resize", soon, { passive: true });
  follow();
}

// A tap in the phone's table of contents closes it.
const fold = document.querySelector(".module-contents");
if (fold) {
  fold.addEventListener("click", (event) => {
    if (event.target.closest("a")) fold.open = false;
  });
  for (const link of document.querySelectorAll('a[href="#contents"]')) {
    link.addEventListener("click", () => {
      fold.open = true;
    });
  }
}
