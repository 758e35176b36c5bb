// Draws anew every five seconds what changed on the board; rests while nobody looks at the page.

const PACE_MS = 5000;

const board = document.getElementById("board");
const at = document.getElementById("at");
const pace = document.getElementById("pace");
const counts = document.querySelectorAll("[data-count]");
const cells = new Map();
const drawn = new Map();
let timer = null;

function draw(cell, row) {
  const [, sitting, sign, look, answered, questions, words] = row;
  const [who, , bar, line] = cell.children;
  cell.className = look;
  if (sitting) who.href = board.dataset.sitting.replace("/0/", `/${sitting}/`);
  bar.max = questions || 1;
  bar.value = answered;
  line.firstElementChild.className = `sign sign-${sign}`;
  line.lastElementChild.textContent = words;
}

function drawAll(told) {
  for (const count of counts) count.textContent = told.counts[count.dataset.count];
  at.textContent = told.at;
  const here = new Set();
  for (const row of told.cells) {
    here.add(row[0]);
    const now = JSON.stringify(row);
    if (drawn.get(row[0]) === now) continue;
    draw(cells.get(row[0]), row);
    drawn.set(row[0], now);
  }
  for (const [id, cell] of cells) {
    if (here.has(id)) continue;
    cell.remove();
    cells.delete(id);
  }
  // Nothing moves under the hands of somebody who is about to open a cell.
  if (!board.contains(document.activeElement) && !board.matches(":hover")) sort(told.cells);
}

function sort(rows) {
  let place = board.firstElementChild;
  for (const [id] of rows) {
    const cell = cells.get(id);
    if (cell === place) place = place.nextElementSibling;
    else board.insertBefore(cell, place);
  }
}

async function refresh() {
  const told = await fetch(board.dataset.cells, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  pace.textContent = told ? pace.dataset.live : pace.dataset.lost;
  if (told?.cells.some(([id]) => !cells.has(id))) location.reload();
  else if (told) drawAll(told);
  plan();
}

function plan() {
  clearTimeout(timer);
  timer = document.hidden ? null : setTimeout(refresh, PACE_MS);
}

if (board) {
  for (const cell of board.children) cells.set(Number(cell.dataset.id), cell);
  pace.textContent = pace.dataset.live;
  document.addEventListener("visibilitychange", () => (document.hidden ? plan() : refresh()));
  plan();
}
