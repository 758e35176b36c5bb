// Keys of the exam page (only while focus is inside a question): A to L choose, Alt+↓ and Alt+↑
// move, F2 flags, Alt+K opens the answer card. Enter never sends the paper.

const LETTERS = "ABCDEFGHIJKL";

export function listenToKeys({ form, step, flag, openCard }) {
  form.addEventListener("keydown", (event) => {
    const question = event.target.closest(".question");
    if (!question) return;
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1, question);
    } else if (event.key === "F2") {
      event.preventDefault();
      flag(question);
    } else if (!event.target.matches(".blank, select")) {
      choose(event, question);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyK") {
      event.preventDefault();
      openCard();
    }
  });
}

function choose(event, question) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
  const place = LETTERS.indexOf(event.key.toUpperCase());
  const input = place < 0 ? null : question.querySelectorAll(".option input")[place];
  if (!input || !isShown(input)) return;
  event.preventDefault();
  input.focus();
  input.click();
}

// A list of options that is folded up takes neither the focus nor a letter.
export function isShown(field) {
  if (field.type === "hidden") return false;
  return field.checkVisibility ? field.checkVisibility() : field.offsetParent !== null;
}
