// Which page answers this sitting. The server knows one holder, a browser; among the tabs of that
// browser they settle it themselves, so that a tab which was killed and opened again just goes on.

import { newKey } from "./post.js";

const TABS_ANSWER_MS = 300;

// The same for every tab of this browser; without storage a reload makes it another device.
export function leaseOf(name) {
  try {
    const kept = localStorage.getItem(name) || newKey();
    localStorage.setItem(name, kept);
    return kept;
  } catch {
    return newKey();
  }
}

export class Tabs {
  constructor(name, { onLost }) {
    this.isHolder = false;
    this.onLost = onLost;
    this.others = null;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    this.channel?.addEventListener("message", ({ data }) => this.hear(data));
  }

  hear(said) {
    if (said === "who" && this.isHolder) this.channel.postMessage("me");
    if (said === "me") this.others?.();
    if (said === "mine" && this.isHolder) {
      this.isHolder = false;
      this.onLost();
    }
  }

  // Whether another tab of this browser is answering right now.
  async areBusy() {
    if (!this.channel) return false;
    const heard = new Promise((resolve) => (this.others = () => resolve(true)));
    const silence = new Promise((resolve) => setTimeout(() => resolve(false), TABS_ANSWER_MS));
    this.channel.postMessage("who");
    return Promise.race([heard, silence]);
  }

  claim() {
    this.channel?.postMessage("mine");
    this.isHolder = true;
  }
}
