// One request to the server as JSON: the answer, or null where there was none.

const GIVE_UP_MS = 10000;

export async function post(url, csrf, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
  try {
    return await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": csrf,
      },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
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
