// The edit page: coloured lines, preview, saving, drafts kept on this device, insertions, pictures.
// Without this script the text can be written and saved; the preview is that of the saved text.
import { addPictures } from "./pictures.js";
import {
  goToPlace,
  insertAt,
  insertQuestion,
  mend,
  nextNumber,
  rewrite,
  wrap,
} from "./insert.js";
import { Lines } from "./lines.js";

const form = document.getElementById("editor");
const source = document.getElementById("source");
const preview = document.getElementById("pane-preview");
const lines = new Lines(source, form.dataset.types.split(" "));
const say = document.querySelector("#receipt [data-say]");
const receipt = document.getElementById("receipt");
const token = form.elements.csrf_token.value;
const key = form.dataset.key;
const PREVIEW_AFTER = 600;
const SAVE_AFTER = 15000;
// What the server sent: whoever was quicker than this script has typed already.
let saved = source.defaultValue;
let anchors = [];
// The text that the shown messages speak of.
let previewed = source.defaultValue;
let previewing = 0;
let saving = 0;
let isSaving = false;
let isStale = false;

function tell(text, kind) {
  say.textContent = text;
  receipt.className = `state is-${kind}`;
  receipt.firstElementChild.className = `sign sign-${kind}`;
}

function goTo(line, column = 1) {
  if (tabs.length) choose(tabs[0]);
  goToPlace(source, line, column);
  lines.show(line);
}

function settle(change) {
  clearTimeout(previewing);
  if (source.value !== previewed) {
    // Written on meanwhile: the lines are elsewhere now.
    showPreview();
    return;
  }
  // A textarea that does not show takes no change that could be undone.
  const shown = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  choose(tabs[0]);
  mend(source, change);
  lines.draw();
  lines.show(Number(change.line));
  if (change.caret === undefined) choose(shown);
  if (source.value === previewed) return;
  changed();
  clearTimeout(previewing);
  showPreview();
}

async function post(address, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return fetch(address, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    credentials: "same-origin",
  });
}

async function showPreview() {
  const text = source.value;
  try {
    const answer = await post(form.dataset.preview, { text });
    if (!answer.ok) return;
    const made = await answer.json();
    if (source.value !== text) return;
    const at = preview.scrollTop;
    preview.innerHTML = made.html;
    previewed = text;
    preview.scrollTop = at;
    anchors = made.anchors;
    lines.mark(made.errors, made.warnings);
    lines.compare();
  } catch {
    // Offline: the last preview stays.
  }
}

async function save(automatic) {
  if (isSaving || source.value === saved || (isStale && automatic)) return;
  isSaving = true;
  const typed = source.value;
  tell(form.dataset.saving, "open");
  try {
    const fields = { text: typed, revision: form.elements.revision.value };
    const answer = await post(form.action, automatic ? { ...fields, automatic: "1" } : fields);
    const made = await answer.json();
    if (made.error === "stale") {
      isStale = true;
      tell(form.dataset.stale, "warn");
      if (!automatic) {
        leaving = true;
        form.submit();
      }
      return;
    }
    if (!answer.ok) {
      tell(made.message || form.dataset.unsaved, "stop");
      return;
    }
    form.elements.revision.value = made.revision;
    saved = made.text;
    if (source.value === typed) replaceText(made.text);
    tell(made.message, "safe");
    if (source.value === saved) forget();
  } catch {
    tell(form.dataset.offline, "warn");
  } finally {
    isSaving = false;
  }
}

function replaceText(text) {
  if (text === source.value) return;
  rewrite(source, text);
  lines.draw();
  showPreview();
}

function remember() {
  try {
    localStorage.setItem(key, source.value);
  } catch {
    // A full or forbidden store: the server's saving remains.
  }
}

function forget() {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function changed() {
  lines.draw();
  remember();
  if (!isStale) tell(form.dataset.unsaved, "open");
  clearTimeout(previewing);
  previewing = setTimeout(showPreview, PREVIEW_AFTER);
  clearTimeout(saving);
  saving = setTimeout(() => save(true), SAVE_AFTER);
}

function choose(tab) {
  for (const each of tabs) {
    const isChosen = each === tab;
    each.setAttribute("aria-selected", String(isChosen));
    each.tabIndex = isChosen ? 0 : -1;
    const pane = document.getElementById(each.getAttribute("aria-controls"));
    pane.toggleAttribute("data-hidden", !isChosen);
  }
}

const tabs = [...document.querySelectorAll(".editor-tabs [role=tab]")];
document.querySelector(".editor-tabs").hidden = false;
document.querySelector(".editor").classList.add("is-tabbed");
for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = tabs[1 - tabs.indexOf(tab)];
    choose(other);
    other.focus();
  });
}
choose(tabs[0]);

source.addEventListener("input", changed);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save(false);
  }
});
let leaving = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(saving);
  if (source.value === saved) saved = null;
  save(false);
});
window.addEventListener("beforeunload", (event) => {
  if (saved !== null && source.value !== saved && !leaving) event.preventDefault();
});
preview.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.put !== undefined) {
    settle(link.dataset);
    return;
  }
  goTo(Number(link.dataset.line), Number(link.dataset.column || 1));
});
document.querySelector(".tools").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-insert], button[data-wrap]");
  if (!button) return;
  if (button.dataset.wrap) wrap(source, button.dataset.wrap);
  else if (button.dataset.insert.includes("{cite}") || button.dataset.insert.startsWith("### ")) {
    insertQuestion(source, button.dataset.insert, anchors, form.dataset.cite);
  } else {
    insertAt(source, button.dataset.insert.replace("{n}", nextNumber(source.value)));
  }
  changed();
});
addPictures(source, document.getElementById("picture"), {
  send: (file) => post(form.dataset.pictures, { picture: file }),
  insert: (text) => {
    insertAt(source, text);
    source.selectionEnd = source.selectionStart;
    changed();
  },
  tell,
  tooBig: form.dataset.tooBig,
  sending: form.dataset.sending,
});

const offer = document.getElementById("restore");
let kept = null;
try {
  kept = localStorage.getItem(key);
} catch {
  kept = null;
}
if (kept !== null && kept !== source.value) {
  offer.hidden = false;
  offer.querySelector("[data-restore]").addEventListener("click", () => {
    rewrite(source, kept);
    offer.hidden = true;
    changed();
    source.focus();
  });
  offer.querySelector("[data-forget]").addEventListener("click", () => {
    offer.hidden = true;
    forget();
    source.focus();
  });
} else {
  forget();
}
showPreview();
if (source.value !== saved) changed();
// From here on they do something.
for (const button of document.querySelectorAll(".tools button")) button.disabled = false;
