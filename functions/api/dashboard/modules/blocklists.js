// The two lists in the form of a query: the channels and words whose videos are not shown.

import { $, $$, make, stamp } from "./elements.js";
import { hasWord } from "./format.js";

/** @import { QuerySettings } from "./answers.js" */
/** @typedef {Pick<QuerySettings, "blocked_channels" | "blocked_words">} Blocked */
/** @typedef {keyof Blocked} Kind */

const word = $("#q-word", document, HTMLInputElement);
const lists = { blocked_channels: $("#q-channels"), blocked_words: $("#q-words") };

/** The names of channels that were blocked on this page; the API gives their ids alone. @type {Map<string, string>} */
const titles = new Map();
/** @type {(id: string) => string | undefined} */
let titleOf;
/** @type {() => void} */
let onEdit;
/** @type {Blocked} */
let blocked = { blocked_channels: [], blocked_words: [] };

/**
 * Listens to the reader from now on.
 * @param {typeof titleOf} channelTitle the name of a channel, where it is known
 * @param {() => void} call when what was wrong may not be so any more
 */
export function listen(channelTitle, call) {
  titleOf = channelTitle;
  onEdit = call;
  $("#q-word-add").onclick = add;
  word.onkeydown = (event) => {
    if (event.key !== "Enter" || !word.value.trim()) return;
    // The key would save the query.
    event.preventDefault();
    add();
  };
}

/** Knows a channel by its name from now on. @param {string} id @param {string} title */
export const remember = (id, title) => titles.set(id, title);

/** @param {Blocked} settings */
export function fill({ blocked_channels, blocked_words }) {
  blocked = { blocked_channels, blocked_words };
  word.value = "";
  show();
}

/** What the lists say, with a word that was typed and not added. @returns {Blocked} */
export function wanted() {
  const typed = word.value.trim();
  return { ...blocked, blocked_words: typed ? [...blocked.blocked_words, typed] : blocked.blocked_words };
}

function add() {
  const typed = word.value.trim();
  // What the API would not take stays typed, and it says why once the query is saved.
  if (!hasWord(typed)) return;
  if (!blocked.blocked_words.includes(typed)) blocked = wanted();
  word.value = "";
  word.focus();
  onEdit();
  show();
}

/** @param {Kind} kind @param {string} value */
function remove(kind, value) {
  blocked = { ...blocked, [kind]: blocked[kind].filter((each) => each !== value) };
  onEdit();
  show();
  ($$("button", lists[kind])[0] ?? word).focus();
}

function show() {
  for (const kind of /** @type {const} */ (["blocked_channels", "blocked_words"])) {
    const values = blocked[kind];
    lists[kind].replaceChildren(...values.map((value) => item(kind, value)));
    lists[kind].hidden = !values.length;
  }
  $("#q-channels-none").hidden = blocked.blocked_channels.length > 0;
}

/** @param {Kind} kind @param {string} value */
function item(kind, value) {
  if (kind === "blocked_words") return make("li", {}, chip(kind, value, value));
  const name = titles.get(value) ?? titleOf(value) ?? value;
  const link = stamp("#channel-link-template");
  link.setAttribute("href", `https://www.youtube.com/channel/${encodeURIComponent(value)}`);
  link.ariaLabel = `${name} on YouTube`;
  return make("li", {}, chip(kind, value, name), link);
}

/** @param {Kind} kind @param {string} value @param {string} name */
function chip(kind, value, name) {
  const made = stamp("#chip-template");
  made.classList.remove("on");
  $("bdi", made).textContent = name;
  made.title = value;
  made.ariaLabel = `Block ${name} no more`;
  made.onclick = () => remove(kind, value);
  return made;
}
