// What stands in the fields of a question, in the form in which the server stores it.

const POINTS_MARK = "at:";

const READERS = {
  fill_blank(question) {
    const texts = fields(question).map((input) => input.value.trim());
    return texts.some(Boolean) ? texts : null;
  },
  true_false(question) {
    const [chosen] = ticked(question);
    return chosen === undefined ? null : chosen === "true";
  },
  short_answer(question) {
    return question.querySelector("textarea").value.trim() || null;
  },
  ordering(question) {
    // The order that is shown before anything was moved is no answer.
    const list = question.querySelector("[data-order]");
    return "answered" in list.dataset ? items(list).map(itemOf) : null;
  },
  matching(question) {
    const chosen = fields(question).map((select) => select.value);
    const pairs = chosen.filter(Boolean).map((value) => value.split(":").map(Number));
    return pairs.length ? pairs : null;
  },
  hotspot(question) {
    const points = pointsOf(question);
    if (points.length) return { points };
    const options = ticked(question).map(Number);
    return options.length ? { options } : null;
  },
};

const WRITERS = {
  fill_blank(question, reply) {
    fields(question).forEach((input, place) => (input.value = reply?.[place] || ""));
  },
  short_answer(question, reply) {
    question.querySelector("textarea").value = reply || "";
  },
  ordering(question, reply) {
    const list = question.querySelector("[data-order]");
    const byItem = new Map(items(list).map((item) => [itemOf(item), item]));
    for (const item of reply || []) list.append(byItem.get(item));
    list.toggleAttribute("data-answered", reply !== null);
  },
  matching(question, reply) {
    const chosen = new Set((reply || []).map((pair) => pair.join(":")));
    for (const select of fields(question)) {
      const option = [...select.options].find((each) => chosen.has(each.value));
      select.value = option ? option.value : "";
    }
  },
  hotspot(question, reply) {
    setPoints(question, reply?.points || []);
    tick(question, reply?.options || []);
  },
};

export function replyOf(question) {
  const read = READERS[question.dataset.kind];
  if (read) return read(question);
  const chosen = ticked(question).map(Number);
  return chosen.length ? chosen : null;
}

export function showReply(question, reply) {
  const write = WRITERS[question.dataset.kind];
  if (write) write(question, reply);
  else tick(question, Array.isArray(reply) ? reply : [reply]);
  question.dispatchEvent(new Event("shown"));
}

export function items(list) {
  return [...list.children];
}

export function pointsOf(question) {
  const sent = question.querySelector("[data-points]").value.slice(POINTS_MARK.length);
  return sent ? sent.split(";").map((one) => one.split(",").map(Number)) : [];
}

export function setPoints(question, points) {
  const sent = points.map((point) => point.join(",")).join(";");
  question.querySelector("[data-points]").value = sent ? POINTS_MARK + sent : "";
}

export function ticked(question) {
  return boxes(question)
    .filter((input) => input.checked)
    .map((input) => input.value);
}

export function tick(question, values) {
  const wanted = values.map(String);
  for (const input of boxes(question)) input.checked = wanted.includes(input.value);
}

function boxes(question) {
  return [...question.querySelectorAll("input[type='radio'], input[type='checkbox']")];
}

function fields(question) {
  return [...question.querySelectorAll("input[name^='q'], select[name^='q']")];
}

function itemOf(item) {
  return Number(item.dataset.item);
}
