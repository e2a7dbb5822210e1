// What was just done, with what can be done about it: a line at the foot of the screen. While a video plays there is
// none, as nothing may lie over the player.

import { $, make } from "./elements.js";

/** @typedef {{ label: string, run: () => void }} Action */

/** How long it stays, in milliseconds. */
const STAY = 10_000;

const toast = $("#toast");
let timer = 0;

/**
 * @param {string} text
 * @param {{ bad?: boolean, actions?: Action[] }} [options]
 */
export function say(text, { bad = false, actions = [] } = {}) {
  toast.classList.toggle("bad", bad);
  $("p", toast).textContent = text;
  const buttons = actions.map(({ label, run }) => {
    const onclick = () => {
      hide();
      run();
      // The button is gone; who reads with the keyboard goes on at the videos.
      if (document.activeElement === document.body) $("#listing").focus({ preventScroll: true });
    };
    return make("button", { type: "button", className: "button quiet", textContent: label, onclick });
  });
  $("div", toast).replaceChildren(...buttons);
  toast.classList.add("shown");
  // What had the focus may be gone.
  buttons.at(-1)?.focus({ preventScroll: true });
  clearTimeout(timer);
  timer = setTimeout(leave, STAY);
}

export function hide() {
  clearTimeout(timer);
  toast.classList.remove("shown");
  $("p", toast).textContent = "";
  $("div", toast).replaceChildren();
}

/** Goes, unless the reader is just there. */
function leave() {
  if (toast.matches(":hover") || toast.contains(document.activeElement)) timer = setTimeout(leave, STAY);
  else hide();
}
