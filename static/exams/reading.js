// How a person reads the paper: size of type, contrast, and questions read aloud by the device's
// own voice. Kept for the person on this device; what was granted to the person is the beginning.

const SIZES = ["0", "1", "2"];
const SPEECH_RATE = 0.9;

export function makeReading({ questions = [...document.querySelectorAll(".question")] } = {}) {
  const place = document.querySelector("[data-reading]");
  if (!place) return;
  const preset = place.dataset;
  const settings = {
    size: preset.size,
    contrast: preset.contrast === "more",
    aloud: preset.aloud === "true",
    ...kept(preset.key),
  };
  const speech = new Speech(questions, JSON.parse(preset.spoken));

  function apply() {
    const root = document.documentElement.dataset;
    root.type = settings.size;
    if (settings.contrast) root.contrast = "more";
    else delete root.contrast;
    speech.offer(settings.aloud);
    for (const button of place.querySelectorAll("[data-size]")) {
      button.setAttribute("aria-pressed", button.dataset.size === settings.size);
    }
    place.querySelector("[data-contrast-more]").setAttribute("aria-pressed", settings.contrast);
    place.querySelector("[data-aloud-on]").setAttribute("aria-pressed", settings.aloud);
  }

  function change(name, value) {
    settings[name] = value;
    try {
      localStorage.setItem(preset.key, JSON.stringify(settings));
    } catch {
      // Without storage it lasts as long as the page.
    }
    apply();
  }

  if (!SIZES.includes(settings.size)) settings.size = "0";
  for (const button of place.querySelectorAll("[data-size]")) {
    button.addEventListener("click", () => change("size", button.dataset.size));
  }
  place
    .querySelector("[data-contrast-more]")
    .addEventListener("click", () => change("contrast", !settings.contrast));
  place
    .querySelector("[data-aloud-on]")
    .addEventListener("click", () => change("aloud", !settings.aloud));
  speech.whenThereIsAVoice(() => {
    place.querySelector("[data-aloud-on]").hidden = false;
    apply();
  });
  apply();
  place.hidden = false;
}

function kept(key) {
  try {
    const { size, contrast, aloud } = JSON.parse(localStorage.getItem(key) || "{}");
    const known = {};
    if (SIZES.includes(size)) known.size = size;
    if (typeof contrast === "boolean") known.contrast = contrast;
    if (typeof aloud === "boolean") known.aloud = aloud;
    return known;
  } catch {
    return {};
  }
}

class Speech {
  constructor(questions, words) {
    Object.assign(this, { questions, words, voice: null, isWanted: false, spoken: null });
    this.buttons = new Map();
    addEventListener("pagehide", () => this.stop());
    // Moving on: on a phone another question is shown, elsewhere the focus is in another one.
    const watcher = new MutationObserver(() => {
      if (this.spoken && !this.spoken.classList.contains("is-here")) this.stop();
    });
    for (const question of questions) {
      watcher.observe(question, { attributes: true, attributeFilter: ["class"] });
    }
  }

  // A voice of the device that speaks Chinese. One that lives on the network would send the
  // questions of an exam to somebody else's server.
  whenThereIsAVoice(tell) {
    if (!("speechSynthesis" in window)) return;
    const look = () => {
      const own = speechSynthesis.getVoices().filter((voice) => voice.localService);
      const chinese = own.filter((voice) => /^(zh|cmn)/i.test(voice.lang));
      const found = chinese.find((voice) => /CN|Hans/i.test(voice.lang)) || chinese[0];
      if (!found || this.voice) return;
      this.voice = found;
      tell();
    };
    look();
    speechSynthesis.addEventListener?.("voiceschanged", look);
  }

  offer(isWanted) {
    this.isWanted = isWanted;
    if (!isWanted) this.stop();
    for (const question of this.questions) {
      const button = this.buttons.get(question) || this.makeButton(question);
      button.hidden = !(isWanted && this.voice);
    }
  }

  makeButton(question) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-bare read-aloud";
    button.textContent = this.words.read;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      if (this.spoken === question) this.stop();
      else this.say(question);
    });
    question.querySelector(".question-meta").append(button);
    this.buttons.set(question, button);
    return button;
  }

  say(question) {
    this.stop();
    this.spoken = question;
    const button = this.buttons.get(question);
    button.textContent = this.words.stop;
    button.setAttribute("aria-pressed", "true");
    const parts = textOf(question, this.words);
    for (const [index, part] of parts.entries()) {
      const said = new SpeechSynthesisUtterance(part);
      said.voice = this.voice;
      said.lang = this.voice.lang;
      said.rate = SPEECH_RATE;
      said.onerror = () => this.stop(question);
      if (index === parts.length - 1) said.onend = () => this.stop(question);
      speechSynthesis.speak(said);
    }
  }

  // Of one question only: the end of an utterance that was cut off is told late.
  stop(question = this.spoken) {
    if (!this.spoken || question !== this.spoken) return;
    const button = this.buttons.get(this.spoken);
    this.spoken = null;
    button.textContent = this.words.read;
    button.setAttribute("aria-pressed", "false");
    speechSynthesis.cancel();
  }
}

// What is read: the story, the stem with its blanks, the hint, then each option with its letter.
function textOf(question, words) {
  const parts = [];
  for (const name of [".story-text", ".stem", ".pick-hint"]) {
    const found = question.querySelector(name);
    if (found) parts.push(plain(found, words));
  }
  for (const option of question.querySelectorAll(".option, .order li, .match-list li, .answer-line")) {
    parts.push(plain(option, words));
  }
  for (const label of question.querySelectorAll(".match label")) parts.push(plain(label, words));
  if (!question.querySelector(".match-list")) {
    const right = [...(question.querySelector(".match select")?.options || [])].slice(1);
    parts.push(...right.map((one) => one.textContent.trim()));
  }
  return parts.filter(Boolean);
}

function plain(element, words) {
  const copy = element.cloneNode(true);
  for (const gap of copy.querySelectorAll(".blank, .blank-gap")) gap.replaceWith(words.blank);
  for (const silent of copy.querySelectorAll("button, select, svg, input, .num:empty, [hidden]")) {
    silent.remove();
  }
  const key = copy.querySelector(".key");
  if (key?.textContent.trim()) key.append(words.pause);
  return copy.textContent.replace(/\s+/g, " ").trim();
}
