// The text of the editor in colours, with its line numbers, behind a see-through textarea.
// The textarea stays what the person writes in: undo, input methods and screen readers know
// nothing of this. Where the two would not lie exactly on each other, the textarea shows itself.
const HEADING = /^ {0,3}([#＃]{1,6})(?![#＃])[ \t\u3000]*(.*)$/;
const TAG = /^[【[［〔]\s*([^】\]］〕]*?)\s*[】\]］〕]/;
const RULE = /^ {0,3}(-[ \t]*){3,}$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const NOTE = /^(\s*[>＞][ \t\u3000]*(?:[-*][ \t]+)?)([^：:\s][^：:]{0,11})([：:])(.*)$/;
const FIELD = /^(\s*(?:- )?)([^：:\s][^：:]{0,11})([：:])(.*)$/;
const TICK = /^(\s*(?:[-*+]|\d+[.)])[ \t]+)(\[[xX]\])(.*)$/;
const BOX = /^(\s*(?:[-*+]|\d+[.)])[ \t]+)(\[ \])(.*)$/;
const INLINE = /(==[^=]+==)|(\s*\{[:：]?\s*[#＃.][^}]*\})|(!?\[[^\]]*\]\([^)]*\))/g;
const HALF_A_LINE = 10;
const INLINE_NAMES = ["fact", "dim", "link"];

// What each line is, read from top to bottom as the server reads it.
function kindsOf(lines, types) {
  const first = lines.findIndex((line) => line.trim());
  let isFront = first >= 0 && lines[first].trim() === "---";
  let fence = "";
  let level = 0;
  return lines.map((line, index) => {
    if (isFront) {
      if (index > first && line.trim() === "---") isFront = false;
      return "front";
    }
    const marker = FENCE.exec(line);
    if (fence) {
      if (marker && marker[1].startsWith(fence)) fence = "";
      return level ? "code in" : "code";
    }
    if (marker) {
      fence = marker[1];
      return level ? "code in" : "code";
    }
    const heading = HEADING.exec(line);
    if (heading) {
      const tag = TAG.exec(heading[2]);
      const isQuestion = tag !== null && types.has(tag[1]);
      const depth = heading[1].length;
      if (level && depth > level) return isQuestion ? "ask in" : "head in";
      level = isQuestion ? depth : 0;
      return isQuestion ? "ask in" : "head";
    }
    if (level && RULE.test(line)) {
      level = 0;
      return "rule";
    }
    return level ? "text in" : "text";
  });
}

function inline(text) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) pieces.push(["", text.slice(end, found.index)]);
    pieces.push([INLINE_NAMES[found.slice(1).findIndex(Boolean)], found[0]]);
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push(["", text.slice(end)]);
  return pieces;
}

// The pieces of a line; joined they are the line, so that both texts wrap alike.
function pieces(line, kind) {
  if (kind.startsWith("code") || kind === "rule") return [["dim", line]];
  if (kind === "front") {
    const field = FIELD.exec(line);
    if (!field) return [["dim", line]];
    return [["dim", field[1]], ["key", field[2]], ["dim", field[3]], ["", field[4]]];
  }
  if (kind === "text in") {
    const note = NOTE.exec(line);
    if (note) return [["dim", note[1]], ["key", note[2]], ["dim", note[3]], ...inline(note[4])];
    const tick = TICK.exec(line);
    if (tick) return [["dim", tick[1]], ["tick", tick[2]], ...inline(tick[3])];
    const box = BOX.exec(line);
    if (box) return [["dim", box[1] + box[2]], ...inline(box[3])];
  }
  return inline(line);
}

export class Lines {
  constructor(source, types) {
    this.source = source;
    this.pane = source.closest(".editor-pane");
    this.sheet = source.parentElement;
    this.drawn = this.sheet.querySelector(".editor-lines");
    this.types = new Set(types);
    this.texts = [];
    this.kinds = [];
    this.marked = [];
    this.composed = null;
    this.pane.classList.add("is-drawn");
    this.draw();
    this.compare();
    source.addEventListener("compositionstart", () => {
      this.composed = { from: source.selectionStart, length: 0 };
    });
    source.addEventListener("compositionupdate", (event) => {
      this.composed = { from: this.composed?.from ?? 0, length: event.data.length };
    });
    source.addEventListener("compositionend", () => {
      this.composed = null;
      this.draw();
    });
    new ResizeObserver(() => this.compare()).observe(this.pane);
  }

  // Only lines that changed are written anew; the others keep their place and their mark.
  draw() {
    const texts = this.source.value.split("\n");
    const kinds = kindsOf(texts, this.types);
    const isSame = (a, b) => this.texts[a] === texts[b] && this.kinds[a] === kinds[b];
    const [before, after] = [this.texts.length, texts.length];
    const shorter = Math.min(before, after);
    let head = 0;
    while (head < shorter && isSame(head, head)) head += 1;
    let tail = 0;
    while (tail < shorter - head && isSame(before - 1 - tail, after - 1 - tail)) tail += 1;
    const nodes = this.drawn.children;
    for (let extra = before - after; extra > 0; extra -= 1) nodes[head].remove();
    const more = document.createDocumentFragment();
    for (let lack = after - before; lack > 0; lack -= 1) more.append(document.createElement("div"));
    this.drawn.insertBefore(more, nodes[head] ?? null);
    for (let index = head; index < after - tail; index += 1) {
      this.write(nodes[index], pieces(texts[index], kinds[index]), kinds[index]);
    }
    [this.texts, this.kinds] = [texts, kinds];
    this.underline();
    if (this.source.scrollTop && this.pane.classList.contains("is-drawn")) {
      // Pasted at the end: the text was longer than its place for a moment.
      this.source.scrollTop = 0;
      this.show(this.source.value.slice(0, this.source.selectionEnd).split("\n").length);
    }
  }

  write(node, parts, kind) {
    const marks = ["bad", "odd"].filter((name) => node.classList.contains(name));
    node.className = ["line", ...kind.split(" ").map((name) => `is-${name}`), ...marks].join(" ");
    node.replaceChildren(
      ...parts.map(([name, text]) => {
        if (!name) return text;
        const span = document.createElement("span");
        span.className = `t-${name}`;
        span.textContent = text;
        return span;
      }),
    );
  }

  // The textarea's own line under what an input method composes is as see-through as its text.
  underline() {
    if (!this.composed?.length) return;
    const lines = this.source.value.slice(0, this.composed.from).split("\n");
    const [index, from] = [lines.length - 1, lines.at(-1).length];
    const [text, to] = [this.texts[index], from + this.composed.length];
    const parts = [["", text.slice(0, from)], ["composed", text.slice(from, to)], ["", text.slice(to)]];
    this.write(this.drawn.children[index], parts, this.kinds[index]);
    this.texts[index] = null;
  }

  mark(errors, warnings) {
    for (const node of this.marked) node.classList.remove("bad", "odd");
    const bad = new Set(errors);
    this.marked = [...bad, ...warnings]
      .map((line) => {
        const node = this.drawn.children[line - 1];
        node?.classList.add(bad.has(line) ? "bad" : "odd");
        return node;
      })
      .filter(Boolean);
  }

  show(line) {
    if (this.pane.classList.contains("is-drawn")) {
      this.drawn.children[line - 1]?.scrollIntoView({ block: "center" });
      return;
    }
    const height = this.source.scrollHeight / this.source.value.split("\n").length;
    this.source.scrollTop = Math.max(0, (line - 5) * height);
  }

  // Shows the plain textarea where the coloured text does not wrap as the textarea does.
  compare() {
    if (!this.source.clientWidth) return;
    const at = this.source.scrollTop;
    this.pane.classList.add("is-drawn", "is-compared");
    const own = this.source.scrollHeight;
    const drawn =
      this.drawn.lastElementChild.getBoundingClientRect().bottom -
      this.drawn.getBoundingClientRect().top;
    const below = parseFloat(getComputedStyle(this.source).paddingBottom);
    this.pane.classList.remove("is-compared");
    this.pane.classList.toggle("is-drawn", Math.abs(own - drawn - below) < HALF_A_LINE);
    this.source.scrollTop = at;
  }
}
