// What stands in the fields of a question, in the form in which the server stores it.

export function replyOf(question) {
  const inputs = [...question.querySelectorAll("input[name^='q']")];
  if (question.dataset.kind === "fill_blank") {
    const texts = inputs.map((input) => input.value.trim());
    return texts.some(Boolean) ? texts : null;
  }
  const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
  if (chosen.length === 0) return null;
  if (question.dataset.kind === "true_false") return chosen[0] === "true";
  return chosen.map(Number);
}

export function showReply(question, reply) {
  const texts = question.dataset.kind === "fill_blank" ? reply || [] : null;
  const chosen = (Array.isArray(reply) ? reply : [reply]).map(String);
  question.querySelectorAll("input[name^='q']").forEach((input, place) => {
    if (texts) input.value = texts[place] || "";
    else input.checked = chosen.includes(input.value);
  });
}
