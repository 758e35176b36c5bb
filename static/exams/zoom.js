// Pictures at full size in a dialog: by their own button, and those of a stem by a tap as well. A
// picture in an option chooses it, one to be searched for hazards is marked; both keep their tap.

const LARGEST = 4;

export function makeZoom({ questions, words }) {
  const dialog = document.querySelector("[data-zoom]");
  const pane = dialog.querySelector("[data-zoom-pane]");
  const sign = document.querySelector("[data-zoom-sign]").content;
  let scale = 1;

  function resize(to) {
    scale = Math.min(LARGEST, Math.max(1, to));
    const figure = pane.firstElementChild;
    const image = figure.querySelector("img");
    const ratio = image.naturalWidth / image.naturalHeight;
    // The whole picture at first, as large as the screen lets it be.
    const whole = Math.min(pane.clientWidth, pane.clientHeight * (ratio || 1));
    figure.style.width = `${Math.floor(whole * scale)}px`;
    dialog.querySelector("[data-scale-text]").textContent = `${scale} ×`;
    for (const button of dialog.querySelectorAll("[data-scale-by]")) {
      const next = scale + Number(button.dataset.scaleBy);
      button.setAttribute("aria-disabled", next < 1 || next > LARGEST);
    }
  }

  function open(image) {
    const figure = document.createElement("div");
    figure.className = "zoom-figure";
    const large = document.createElement("img");
    large.src = image.src;
    large.alt = image.alt;
    large.draggable = false;
    figure.append(large);
    const marks = image.closest("[data-spots]")?.querySelector("[data-marks]");
    if (marks) figure.append(marks.cloneNode(true));
    pane.replaceChildren(figure);
    dialog.showModal();
    resize(1);
    // A picture that was not there yet has no size.
    large.addEventListener("load", () => resize(scale));
  }

  for (const image of questions.flatMap((question) => [...question.querySelectorAll("img")])) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-plain zoom-button";
    button.setAttribute("aria-label", words.zoom.replace("{picture}", image.alt));
    button.append(sign.cloneNode(true));
    button.addEventListener("click", () => open(image));
    const frame = image.closest("[data-spots]");
    if (frame) {
      frame.after(button);
    } else {
      image.after(button);
      if (!image.closest(".option")) image.addEventListener("click", () => open(image));
    }
  }
  for (const button of dialog.querySelectorAll("[data-scale-by]")) {
    button.addEventListener("click", () => resize(scale + Number(button.dataset.scaleBy)));
  }
  pane.addEventListener("dblclick", () => resize(scale === 1 ? 2 : 1));
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}
