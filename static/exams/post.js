// One request to the server as JSON: the answer, or null where there was none. A box in between that
// speaks for the server (a Wi-Fi sign-in page, a proxy in trouble) has not answered.

const GIVE_UP_MS = 10000;
// On each answer of the server, and on nobody else's.
const SERVER_MARK = "X-Request-Id";

// The token of a page that was sent after somebody had signed in again; the old one is void then.
let renewed = null;

export async function post(url, csrf, body) {
  const answer = await send(url, renewed || csrf, body);
  if (answer === null || answer.status !== 400 || !(await renew())) return answer;
  return send(url, renewed, body);
}

async function send(url, csrf, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": csrf,
      },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
    return answer.headers.has(SERVER_MARK) ? answer : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function renew() {
  try {
    const page = await fetch(location.href, { headers: { Accept: "text/html" } });
    const read = new DOMParser().parseFromString(await page.text(), "text/html");
    renewed = read.querySelector("meta[name='csrf-token']").content;
    return true;
  } catch {
    return false;
  }
}

// What the server says in answer, or null where it says nothing that can be read.
export async function ask(url, csrf, body) {
  const answer = await post(url, csrf, body);
  if (answer === null || !answer.ok) return null;
  return answer.json().catch(() => null);
}

export function newKey() {
  // crypto.randomUUID exists only over HTTPS; a plant's own server may have none.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
