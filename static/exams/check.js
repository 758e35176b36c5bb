// The check before handing in: the countdown goes on; at its end the paper's page decides.

import { Countdown } from "./countdown.js";

const main = document.querySelector("[data-seconds-left]");
new Countdown(Number(main.dataset.secondsLeft), {
  announce: () => {},
  alarm: () => {},
  onEnd: () => location.assign(main.dataset.pageUrl),
});
