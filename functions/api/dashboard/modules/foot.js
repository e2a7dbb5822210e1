// The foot of a dialog: what the reader asks for is done, one after the other, and there it is said how that went.

import { Problem } from "./api.js";
import { $, make } from "./elements.js";

/** @typedef {{ label: string, run: () => void }} Action */
/** @typedef {(name: string) => Promise<void>} Work what is done with the thing of a name */
/**
 * @typedef {object} Options
 * @property {boolean} [bad]
 * @property {Action[]} [actions] what can be done about it
 * @property {number} [stay] how long the actions stay, in milliseconds; for good where it is not said
 */

/**
 * @param {HTMLDialogElement} dialog
 * @param {object} answers
 * @param {() => void} answers.begin called before anything is done
 * @param {(name: string, problem: Problem) => unknown} answers.refuse called with why something was not done
 * @param {(problem: Problem) => string} answers.words what is said where `refuse` fails
 */
export function footOf(dialog, { begin, refuse, words }) {
  const said = $(".said", dialog);
  /** What the reader asked for and is not done yet. @type {{ name: string, work: Work }[]} */
  const asked = [];
  /** The timer of actions that go. */
  let timer = 0;

  /** Says how something went. @param {string} text @param {Options} [options] */
  function say(text, { bad = false, actions = [], stay } = {}) {
    clearTimeout(timer);
    said.classList.toggle("bad", bad);
    $("p", said).textContent = text;
    const buttons = actions.map(({ label, run }) =>
      make("button", { type: "button", className: "button quiet", textContent: label, onclick: run }),
    );
    $("div", said).replaceChildren(...buttons);
    buttons.at(-1)?.focus();
    if (stay) timer = setTimeout(takeBack, stay, stay);
  }

  /** Takes the actions back, unless the reader is just there. @param {number} stay */
  function takeBack(stay) {
    const actions = $("div", said);
    if (actions.contains(document.activeElement)) timer = setTimeout(takeBack, stay, stay);
    else actions.replaceChildren();
  }

  /** Does what the reader asked for once it is its turn; the same twice is a double click. @param {string} name @param {Work} work */
  async function attempt(name, work) {
    if (asked.some((each) => each.name === name && each.work === work)) return;
    asked.push({ name, work });
    if (asked.length > 1) return;
    dialog.ariaBusy = "true";
    for (let next = asked[0]; next; next = asked[0]) {
      await doNow(next.name, next.work);
      asked.shift();
    }
    dialog.ariaBusy = "false";
  }

  /** @param {string} name @param {Work} work */
  async function doNow(name, work) {
    begin();
    say("");
    try {
      await work(name).catch((error) => refuse(name, Problem.from(error)));
    } catch (error) {
      say(words(Problem.from(error)), { bad: true });
    }
    // What had the focus may be gone.
    if (document.activeElement === document.body && dialog.open) $(".close", dialog).focus();
  }

  /** Whether the reader is asked something. */
  const asks = () => $("div", said).childElementCount > 0;

  return { say, attempt, asks };
}
