// Ticks every proposal of the page at once; without scripts each has its own box.
const form = document.querySelector("[data-proposals]");
if (form) {
  const all = form.querySelector("input[data-all]");
  for (const part of form.querySelectorAll("[data-all]")) part.hidden = false;
  all?.addEventListener("change", () => {
    for (const box of form.querySelectorAll("input[name=chosen]")) box.checked = all.checked;
  });
}
