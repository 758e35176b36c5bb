// The exam waits for the supervisor: ask now and then, and open the page anew once it has begun.

const PAUSE_MS = 4000;
// A full hall does not ask all at once.
const SPREAD_MS = 2000;

const place = document.querySelector("[data-waiting]");
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
for (const part of document.querySelectorAll("[data-no-script]")) part.hidden = true;

async function look() {
  try {
    const answer = await fetch(place.dataset.waiting, { headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).started) {
      location.reload();
      return;
    }
    // Signed out meanwhile: the page itself leads to the sign-in.
    if (answer.status === 401) {
      location.reload();
      return;
    }
  } catch {
    // Offline: ask again later.
  }
  setTimeout(look, PAUSE_MS + Math.random() * SPREAD_MS);
}

setTimeout(look, PAUSE_MS);
