// The check before handing in: the countdown goes on; at its end the paper's page decides.

import { Countdown } from "./countdown.js";

const main = document.querySelector("[data-seconds-left]");
new Countdown(Number(main.dataset.secondsLeft), {
  announce: () => {},
  warn: () => {},
  onEnd: () => location.assign(main.dataset.pageUrl),
});

// Flags are the candidate's own and stay in the browser.
const place = document.querySelector("[data-flags]");

function flags() {
  try {
    return JSON.parse(localStorage.getItem(place.dataset.flags) || "[]").sort((a, b) => a - b);
  } catch {
    return [];
  }
}

for (const slot of flags()) {
  const cell = document.createElement("a");
  cell.href = `${main.dataset.pageUrl}#q${slot}`;
  cell.className = "flag";
  cell.textContent = slot;
  const item = document.createElement("li");
  item.append(cell);
  place.querySelector("ol").append(item);
  place.hidden = false;
}

document.querySelector("form")?.addEventListener("submit", () => {
  try {
    localStorage.removeItem(place.dataset.flags);
  } catch {
    // Nothing was kept.
  }
});
