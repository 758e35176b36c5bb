// What the buttons of the toolbar put into the text, where the cursor stands.

function lineOf(source) {
  return source.value.slice(0, source.selectionStart).split("\n").length;
}

export function insertAt(source, text) {
  // On a line of its own, with an empty line before and after.
  const at = source.selectionEnd;
  const end = source.value.indexOf("\n", at) < 0 ? source.value.length : source.value.indexOf("\n", at);
  const line = source.value.slice(source.value.lastIndexOf("\n", at - 1) + 1, end);
  const place = line.trim() ? end : at;
  put(source, place, place, `${line.trim() ? "\n\n" : ""}${text.trimEnd()}\n`);
}

export function insertQuestion(source, skeleton, anchors, word) {
  // After the question in which the cursor stands, so that no question is torn apart.
  const here = lineOf(source);
  const near = anchors.filter((anchor) => anchor[2] <= here).at(-1) || anchors[0];
  const cite = near ? `[${near[1]}](#${near[0]})` : `[${word}](#s-1)`;
  const lines = source.value.split("\n");
  let next = lines.findIndex((line, index) => index >= here && /^#{1,3}[ \t]/.test(line));
  if (next < 0) next = lines.length;
  const start = lines.slice(0, next).join("\n").length + (next < lines.length ? 1 : 0);
  const before = source.value.slice(0, start);
  const gap = before.endsWith("\n\n") || !before ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const text = skeleton.replaceAll("{cite}", cite).trimEnd();
  put(source, start, start, `${gap}${text}\n${next < lines.length ? "\n" : ""}`);
  const title = source.value.indexOf("】", start) + 1;
  source.setSelectionRange(title, source.value.indexOf("\n", title));
}

export function nextNumber(text) {
  const used = [...text.matchAll(/\{#s-(\d+)\}/g)].map((found) => Number(found[1]));
  return Math.max(0, ...used) + 1;
}

export function wrap(source, mark) {
  const { selectionStart: start, selectionEnd: end } = source;
  const text = source.value.slice(start, end);
  put(source, start, end, `${mark}${text}${mark}`);
  source.setSelectionRange(start + mark.length, end + mark.length);
}

function placeOf(text, line, column) {
  // Lines and columns count from 1, columns in characters and not in the script's half ones.
  const lines = text.split("\n");
  if (line > lines.length) return text.length;
  const before = line > 1 ? lines.slice(0, line - 1).join("\n").length + 1 : 0;
  return before + [...lines[line - 1]].slice(0, column - 1).join("").length;
}

export function goToPlace(source, line, column) {
  const place = placeOf(source.value, line, column);
  source.focus({ preventScroll: true });
  source.setSelectionRange(place, place);
}

export function mend(source, { line, column, endLine, endColumn, put: text, caret }) {
  // What the server worked out; without a caret nothing is left to be written.
  const [old, first] = [source.value, Number(line)];
  const start = placeOf(old, first, Number(column));
  const end = placeOf(old, Number(endLine), Number(endColumn));
  const isBeyond = first > old.split("\n").length && !old.endsWith("\n");
  const gap = isBeyond ? "\n" : "";
  if (text || end > start) put(source, start, end, gap + text);
  const at = start + gap.length + (caret === undefined ? text.length : Number(caret));
  source.focus({ preventScroll: true });
  source.setSelectionRange(at, at);
}

export function rewrite(source, text) {
  // Only what differs is replaced, so that it can be undone and the cursor keeps its place.
  const old = source.value;
  const shorter = Math.min(old.length, text.length);
  let head = 0;
  while (head < shorter && old[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  const at = source.selectionStart;
  const end = old.length - tail;
  const from = document.activeElement;
  put(source, head, end, text.slice(head, text.length - tail));
  const moved = at <= head ? at : at + (at >= end ? text.length - old.length : 0);
  source.setSelectionRange(moved, moved);
  if (from !== source) from?.focus({ preventScroll: true });
}

function put(source, start, end, text) {
  source.focus();
  source.setSelectionRange(start, end);
  // Keeps the browser's own undo; setRangeText does not.
  if (!document.execCommand("insertText", false, text)) {
    source.setRangeText(text, start, end, "end");
  }
  source.setSelectionRange(start, start + text.length);
  source.setSelectionRange(start + text.length, start + text.length);
}
