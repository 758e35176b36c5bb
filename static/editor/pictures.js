// Pictures by dropping, pasting or choosing a file.
const MOST = 5 * 1024 * 1024;

export function addPictures(source, chooser, { send, insert, tell, tooBig, sending }) {
  async function add(files) {
    for (const file of files) {
      if (file.size > MOST) {
        tell(tooBig, "stop");
        continue;
      }
      tell(sending, "open");
      try {
        const answer = await send(file);
        const made = await answer.json();
        if (answer.ok) insert(made.markdown);
        tell(made.message, answer.ok ? "safe" : "stop");
      } catch {
        tell(source.form.dataset.offline, "warn");
      }
    }
  }

  chooser.addEventListener("change", () => {
    add([...chooser.files]).then(() => {
      chooser.value = "";
    });
  });
  source.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
  source.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    source.classList.add("is-over");
  });
  source.addEventListener("dragleave", () => source.classList.remove("is-over"));
  source.addEventListener("drop", (event) => {
    source.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}
