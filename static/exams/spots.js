// Looking for hazards: tap the picture, or tick the same in a list. One way at a time counts.

import { pointsOf, setPoints, tick, ticked } from "./replies.js";

const SVG = "http://www.w3.org/2000/svg";
const MARK_RADIUS = 13;

export function makeSpots(question, { onChange, words }) {
  const frame = question.querySelector("[data-spots]");
  const image = frame.querySelector("img");
  const marks = frame.querySelector("[data-marks]");
  const most = Number(frame.dataset.spots);

  function draw() {
    const points = pointsOf(question);
    marks.replaceChildren(...points.map(mark));
    const remove = question.querySelector("[data-remove]");
    remove.replaceChildren(...points.map((_, place) => removeButton(place)));
    const count = ticked(question).length;
    let text = words.spotsSet;
    if (count) text = words.spotsTicked;
    else if (points.length === most) text = words.spotsFull;
    const told = text.replace("{most}", most).replace("{n}", count || points.length);
    question.querySelector("[data-spots-set]").textContent = told;
  }

  function change(points) {
    setPoints(question, points);
    tick(question, []);
    draw();
    onChange(question);
  }

  function removeButton(place) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-plain";
    button.textContent = words.remove.replace("{n}", place + 1);
    button.addEventListener("click", () => {
      change(pointsOf(question).filter((_, other) => other !== place));
      const left = question.querySelector("[data-remove] button");
      (left || question.querySelector(".spot-list summary")).focus();
    });
    return button;
  }

  // A tap on a mark takes it away again.
  function hit(points, event, box) {
    return points.findIndex(([x, y]) => {
      const across = event.clientX - box.left - (x / 100) * box.width;
      const down = event.clientY - box.top - (y / 100) * box.height;
      return Math.hypot(across, down) <= MARK_RADIUS;
    });
  }

  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const points = pointsOf(question);
    const onMark = hit(points, event, box);
    if (onMark >= 0) {
      change(points.filter((_, place) => place !== onMark));
    } else if (points.length < most) {
      const x = percent(event.clientX - box.left, box.width);
      const y = percent(event.clientY - box.top, box.height);
      change([...points, [x, y]]);
    }
  });
  question.addEventListener("change", (event) => {
    if (!event.target.matches("input[type='checkbox']")) return;
    // Before the page notes the change: what is ticked takes the place of what was tapped.
    if (ticked(question).length > most) event.target.checked = false;
    setPoints(question, []);
    draw();
  });
  question.addEventListener("shown", draw);
  draw();
}

function percent(part, whole) {
  return Math.min(100, Math.max(0, Math.round((part / whole) * 1000) / 10));
}

function mark([x, y], place) {
  const group = document.createElementNS(SVG, "g");
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("cx", `${x}%`);
  circle.setAttribute("cy", `${y}%`);
  circle.setAttribute("r", MARK_RADIUS);
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", `${x}%`);
  text.setAttribute("y", `${y}%`);
  text.textContent = place + 1;
  group.append(circle, text);
  return group;
}
