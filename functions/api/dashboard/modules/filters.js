// The sheet of filters, and the chips that say which are on and take them away.

import { clearTheView, go, present } from "./address.js";
import { $, $$, closable, stamp } from "./elements.js";
import { hasWord, number } from "./format.js";
import { LIVE, MINUTES_AT_MOST, minutes, SHORTS, seconds, span } from "./narrowing.js";

/** @import { State } from "./address.js" */
/** @typedef {Partial<State>} Changes */

const dialog = $("#filters", document, HTMLDialogElement);
const form = $("#filters-form", document, HTMLFormElement);
const button = $("#filters-button");
const applied = $("#applied");
const chips = $("#filter-chips");
const channel = $("#channel-chip");

/** What the sheet says, when nothing is filtered. */
const OFF = { live: "", min_duration: "", max_duration: "", shorts: "", exclude: "" };

/** Listens to the reader from now on. */
export function listen() {
  button.onclick = open;
  closable(dialog);
  form.oninput = ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.name === "length") fillSpan(...target.value.split(","));
    else if (target.name === "from" || target.name === "to") checkLength();
    if (target.name !== "live" && target.name !== "shorts") clearFaults();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const wanted = read();
    if (!wanted) return;
    dialog.close();
    go({ ...wanted, watch: "" });
  };
  $("#filters-clear").onclick = () => {
    dialog.close();
    go({ ...OFF, watch: "" });
  };
  channel.onclick = () => takeAway({ channel_id: "" });
  $("#clear-filters").onclick = () => takeAway({ ...OFF, channel_id: "" });
}

/** Shows which filters are on. */
export function sync() {
  const state = present();
  const on = [
    { words: LIVE[state.live], off: { live: "" } },
    { words: span(state), off: { min_duration: "", max_duration: "" } },
    { words: SHORTS[state.shorts], off: { shorts: "" } },
    { words: state.exclude && `Without “\u2068${state.exclude}\u2069”`, off: { exclude: "" } },
  ];
  const shown = on.flatMap(({ words, off }) => (words ? [chip(words, off)] : []));
  const all = shown.length + (state.channel_id ? 1 : 0);
  chips.replaceChildren(...shown);
  applied.hidden = !all;
  $("#clear-filters").hidden = all < 2;
  button.classList.toggle("on", shown.length > 0);
  button.ariaLabel = shown.length ? `Filters, ${shown.length} on` : null;
  $("#filters-count").textContent = shown.length ? String(shown.length) : "";
}

/** @param {string} words @param {Changes} off what takes it away */
function chip(words, off) {
  const made = stamp("#chip-template");
  $("bdi", made).textContent = words;
  made.ariaLabel = `${words}, take this filter away`;
  made.title = words;
  made.onclick = () => takeAway(off);
  return made;
}

/** The chip is gone then, so the focus goes to the next one. @param {Changes} off */
function takeAway(off) {
  go({ ...off, watch: "" });
  ($$("button:not([hidden])", applied)[0] ?? button).focus();
}

function open() {
  clearTheView();
  const state = present();
  for (const name of /** @type {const} */ (["live", "shorts"])) choose(name, state[name]);
  fillSpan(minutes(state.min_duration), minutes(state.max_duration));
  checkLength();
  field("exclude").value = state.exclude;
  clearFaults();
  dialog.showModal();
}

/** @param {string} name */
const field = (name) => $(`input[name="${name}"]`, form, HTMLInputElement);

/** Checks one of several choices, or none where none is the value. @param {string} name @param {string} value */
function choose(name, value) {
  for (const each of $$(`[name="${name}"]`, form)) {
    if (each instanceof HTMLInputElement) each.checked = each.value === value;
  }
}

/** @param {string} [from] minutes @param {string} [to] */
function fillSpan(from = "", to = "") {
  field("from").value = from;
  field("to").value = to;
}

/** Checks the quick choice that the fields say, if there is one. */
const checkLength = () => choose("length", `${field("from").value.trim()},${field("to").value.trim()}`);

/** What the sheet says; null where something of it is wrong, which is then said. @returns {Changes | null} */
function read() {
  const [from, to] = [field("from").value.trim(), field("to").value.trim()];
  const [least, most] = [seconds(from), seconds(to)];
  const exclude = field("exclude").value.trim();
  clearFaults();
  if ((from && Number.isNaN(least)) || (to && Number.isNaN(most))) {
    showFault("from", "#span-fault", `Minutes are numbers from 0 to ${number(MINUTES_AT_MOST)}, or empty.`);
  } else if (least > most) {
    showFault("from", "#span-fault", "The first number is larger than the second, so no video would fit.");
  } else if (exclude && !hasWord(exclude)) {
    showFault("exclude", "#exclude-fault", "A word has at least two letters.");
  } else {
    const said = new FormData(form);
    return {
      live: String(said.get("live")),
      min_duration: least ? String(least) : "",
      max_duration: to ? String(most) : "",
      shorts: String(said.get("shorts")),
      exclude,
    };
  }
  return null;
}

/** @param {string} name @param {string} line @param {string} text */
function showFault(name, line, text) {
  $(line, form).textContent = text;
  $(line, form).hidden = false;
  field(name).setAttribute("aria-invalid", "true");
  field(name).focus();
}

function clearFaults() {
  for (const line of $$(".fault", form)) line.hidden = true;
  for (const each of $$("[aria-invalid]", form)) each.removeAttribute("aria-invalid");
}
