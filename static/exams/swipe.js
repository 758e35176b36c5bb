// A finger drawn sideways turns to the next question or back. Up and down stays scrolling (the
// style sheet leaves that to the browser); what is dragged, tapped or scrolled itself is left alone.

const FAR_PX = 60;
const LONGEST_MS = 800;
const NOT_FROM = "[data-grip], [data-spots], .blank, select, textarea, button, a, summary";

export function listenToSwipes(place, turn) {
  let start = null;

  place.addEventListener("pointerdown", (event) => {
    const isAlone = event.pointerType === "touch" && event.isPrimary;
    start = isAlone && !isOwn(event.target, place) ? event : null;
  });
  // A second finger pinches; the browser cancels what it takes for scrolling.
  place.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) start = null;
  });
  place.addEventListener("pointercancel", () => (start = null));
  place.addEventListener("pointerup", (event) => {
    if (start === null || event.pointerId !== start.pointerId) return;
    const across = event.clientX - start.clientX;
    const down = event.clientY - start.clientY;
    const isSwipe = Math.abs(across) >= FAR_PX && Math.abs(down) * 2 <= Math.abs(across);
    const isQuick = event.timeStamp - start.timeStamp <= LONGEST_MS;
    start = null;
    if (isSwipe && isQuick) turn(across < 0 ? 1 : -1);
  });
}

function isOwn(target, place) {
  if (target.closest(NOT_FROM)) return true;
  for (let each = target; each !== place; each = each.parentElement) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(each).overflowX);
    if (scrolls && each.scrollWidth > each.clientWidth) return true;
  }
  return false;
}
