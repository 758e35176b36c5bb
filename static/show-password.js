// Shows and hides what is typed into a password box; the button appears only where this runs.
for (const button of document.querySelectorAll("button[data-shows]")) {
  const box = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = box.type === "password";
    box.type = show ? "text" : "password";
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    box.focus();
  });
  // What was shown goes out as a password again, so that the browser offers to keep it.
  box.form.addEventListener("submit", () => {
    box.type = "password";
  });
}
