// Counts the ticked questions of the list, and prints the sheet.
const form = document.querySelector("[data-bulk]");
if (form) {
  const count = form.querySelector("[data-count]");
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = ticked ? form.dataset.chosen.replace("{n}", String(ticked)) : "";
  };
  form.addEventListener("change", show);
  show();
}
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
