// Putting steps in order: by buttons, by dragging the handle with mouse or finger.

import { items } from "./replies.js";

export function makeOrder(question, { onChange, say }) {
  const list = question.querySelector("[data-order]");

  function draw() {
    const all = items(list);
    all.forEach((item, place) => {
      item.querySelector("[data-place]").textContent = place + 1;
      for (const button of item.querySelectorAll("[data-move]")) {
        const isEdge = button.dataset.move === "1" ? place === all.length - 1 : place === 0;
        button.setAttribute("aria-disabled", isEdge);
      }
    });
    const isAnswered = "answered" in list.dataset;
    question.querySelector("[data-take]").hidden = isAnswered;
    question.querySelector("[data-untouched]").hidden = isAnswered;
    question.querySelector("[data-taken]").hidden = !isAnswered;
  }

  function take() {
    list.setAttribute("data-answered", "");
    draw();
    onChange(question);
  }

  function tell(item) {
    say(item.querySelector("[data-text]").textContent.trim(), items(list).indexOf(item) + 1);
  }

  function move(button) {
    const item = button.closest("li");
    const isDown = button.dataset.move === "1";
    const other = isDown ? item.nextElementSibling : item.previousElementSibling;
    if (!other) return;
    if (isDown) other.after(item);
    else other.before(item);
    // A moved element loses the focus, and the next press would go nowhere.
    button.focus();
    take();
    tell(item);
  }

  function drag(event, grip) {
    const item = grip.closest("li");
    const before = items(list).indexOf(item);
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    item.classList.add("is-dragged");

    // The others make room: an element that is moved itself would lose the pointer.
    function follow({ clientY }) {
      const { nextElementSibling: next, previousElementSibling: previous } = item;
      if (next && clientY > middle(next)) {
        item.before(next);
        follow({ clientY });
      } else if (previous && clientY < middle(previous)) {
        item.after(previous);
        follow({ clientY });
      }
    }

    function drop() {
      grip.removeEventListener("pointermove", follow);
      item.classList.remove("is-dragged");
      draw();
      if (items(list).indexOf(item) !== before) {
        take();
        tell(item);
      }
    }

    grip.addEventListener("pointermove", follow);
    grip.addEventListener("lostpointercapture", drop, { once: true });
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip && event.button === 0) drag(event, grip);
  });
  question.querySelector("[data-take]").addEventListener("click", take);
  question.addEventListener("shown", draw);
  draw();
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return box.top + box.height / 2;
}
