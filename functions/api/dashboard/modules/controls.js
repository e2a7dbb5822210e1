// What the reader steers the page with: search, filters, view, clicks and keys.

import { clearTheView, DEFAULTS, feedAddress, go, HOME, present, stopWatching } from "./address.js";
import { $, $$, closable } from "./elements.js";
import { dateField, hasWord, midnight } from "./format.js";
import * as listing from "./listing.js";
import * as marks from "./marks.js";
import { periodOf } from "./period.js";
import * as shelf from "./shelf.js";
import { firstQuery } from "./status.js";
import { keep, recall } from "./storage.js";

/** @import { State } from "./address.js" */

/** How long after the last key a search begins, in milliseconds. */
const PATIENCE = 200;

const search = $("#search", document, HTMLInputElement);
const dates = $("#dates");
const datesButton = $("#dates-button");
const from = $("#from", document, HTMLInputElement);
const to = $("#to", document, HTMLInputElement);
const help = $("#help", document, HTMLDialogElement);
const singleKeys = $("#single-keys", document, HTMLInputElement);
const selects = /** @type {const} */ (["order", "page_size"]).map((name) => ({
  name,
  select: $(`#${name.replace("_", "-")}`, document, HTMLSelectElement),
}));

/** The last channel that was filtered by, to name it where no video does. */
let known = { id: "", title: "" };
/** The timer of a search that is about to begin. */
let typing = 0;
/** Whether the present step of the history is a search that is still being typed. */
let typed = false;

/** Listens to the reader from now on. */
export function listen() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  search.addEventListener("input", onType);
  search.addEventListener("keydown", onSearchKey);
  search.addEventListener("blur", () => {
    typed = false;
  });
  $("#search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    onType();
  });
  for (const { name, select } of selects) {
    select.addEventListener("change", () => go({ [name]: select.value, watch: "" }));
  }
  for (const button of $$("[data-view]")) button.onclick = () => go({ view: button.dataset.view ?? "" });
  for (const head of $$("th[data-sort]")) $("button", head).onclick = () => onSort(head.dataset.sort ?? "");
  $("#more-button").onclick = listing.loadMore;
  $("#fresh").onclick = (event) => {
    listing.showPending();
    // A key brought the click, so the focus goes where the reader reads on.
    if (!event.detail) shelf.focus(0);
  };
  for (const link of $$("a[data-home]")) link.setAttribute("href", HOME + (link.dataset.home ?? ""));
  dates.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") clearTheView();
  });
  dates.addEventListener("toggle", (event) => {
    if (event.newState === "open") placeDates();
  });
  for (const button of $$("[data-range]")) {
    button.onclick = () => {
      dates.hidePopover();
      go({ range: button.dataset.range ?? "", published_after: "", published_before: "", watch: "" });
    };
  }
  from.onchange = () => goToDates({ published_after: midnight(from.value, 0) }, { published_before: "" });
  to.onchange = () => goToDates({ published_before: midnight(to.value, 1) }, { published_after: "" });
  $("#help-button").onclick = showHelp;
  closable(help);
  singleKeys.checked = recall("single-keys") !== "off";
  singleKeys.onchange = () => keep("single-keys", singleKeys.checked ? "on" : "off");
}

/**
 * Puts the controls into the state of the address.
 * @param {boolean} [isTyping] whether the search is the reader's to change
 */
export function sync(isTyping = document.activeElement === search) {
  const state = present();
  if (!isTyping) search.value = state.search;
  for (const { name, select } of selects) {
    const value = state[name];
    if (name === "page_size" && !select.querySelector(`[value="${value}"]`)) {
      select.append(new Option(`${value} a page`, value));
    }
    select.value = value;
    select.closest(".chip")?.classList.toggle("on", value !== DEFAULTS[name]);
  }
  for (const button of $$("[data-view]")) button.ariaPressed = String(button.dataset.view === state.view);
  for (const head of $$("th[data-sort]")) {
    const name = head.dataset.sort;
    head.ariaSort = state.sort === name ? "ascending" : state.sort === `-${name}` ? "descending" : "none";
  }
  $("#feed-link", document, HTMLAnchorElement).href = feedAddress("videos.atom", state);
  $("#json-feed-link", document, HTMLAnchorElement).href = feedAddress("videos.feed.json", state);
  syncDates(state);
  showChannel();
}

/** Names the channel that is filtered by. */
export function showChannel() {
  const { channel_id: id } = present();
  const chip = $("#channel-chip");
  chip.hidden = !id;
  const title = listing.channelTitle(id);
  if (title !== undefined) known = { id, title };
  const name = known.id === id ? known.title : id;
  $("bdi", chip).textContent = name;
  chip.ariaLabel = `Only channel ${name}, show all channels`;
}

/** @param {State} state */
function syncDates(state) {
  const { start, end, label } = periodOf(state);
  from.value = start ? dateField(start) : "";
  to.value = end ? dateField(end) : "";
  for (const button of $$("[data-range]")) {
    button.ariaPressed = String(button.dataset.range === state.range && !(start || end));
  }
  $("#dates-label").textContent = label;
  datesButton.classList.toggle("on", Boolean(state.range || start || end));
}

/**
 * Sets one end of the time shown, and frees the other if the two contradict.
 * @param {Partial<State>} end
 * @param {Partial<State>} freed
 */
function goToDates(end, freed) {
  const next = { ...present(), ...end };
  const reversed = next.published_after && next.published_before && next.published_after >= next.published_before;
  go({ range: "", watch: "", ...end, ...(reversed ? freed : {}) });
}

function showHelp() {
  clearTheView();
  help.showModal();
}

function placeDates() {
  const box = datesButton.getBoundingClientRect();
  dates.style.top = `${box.bottom + 8}px`;
  const rightmost = document.documentElement.clientWidth - dates.offsetWidth - 12;
  dates.style.left = `${Math.max(12, Math.min(box.left, rightmost))}px`;
}

/**
 * A column's first click sorts upwards, the second downwards, the third gives the server's order back.
 * @param {string} name
 */
function onSort(name) {
  const { sort } = present();
  go({ sort: sort === name ? `-${name}` : sort === `-${name}` ? "" : name });
}

/** Searches a moment after the last key; all keys of one word are one step of the history. */
function onType() {
  clearTimeout(typing);
  const text = search.value.trim();
  // The API takes no search without a word of two letters.
  const wanted = hasWord(text) ? text : "";
  typing = setTimeout(() => {
    if (wanted === present().search) return;
    go({ search: wanted, watch: "" }, typed);
    typed = true;
  }, PATIENCE);
}

/** @param {KeyboardEvent} event */
function onSearchKey(event) {
  if (event.key === "ArrowDown" && shelf.size()) {
    event.preventDefault();
    shelf.focusVisible();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (search.value) {
      search.value = "";
      onType();
    } else search.blur();
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (
    key === "Escape" &&
    present().watch &&
    !document.querySelector("dialog[open]") &&
    !document.querySelector(":popover-open")
  ) {
    stopWatching();
    return;
  }
  if (!(target instanceof HTMLElement) || target.closest("input, select, textarea, dialog")) return;
  if (singleKeys.checked && (key === "/" || key === "?")) {
    event.preventDefault();
    if (key === "?") showHelp();
    else {
      search.select();
      search.focus();
    }
    return;
  }
  const item = target.closest("[data-index]");
  const next = item instanceof HTMLElement ? shelf.neighbour(key, Number(item.dataset.index)) : null;
  if (next === null) {
    onTabKey(event, target);
    return;
  }
  event.preventDefault();
  if (next < 0) search.focus();
  else if (next < shelf.size() || listing.sorted()) shelf.focus(next);
  else {
    listing.loadMore().then(() => {
      if (document.activeElement === target) shelf.focus(next);
    });
  }
}

/** Left and right lead from tab to tab. @param {KeyboardEvent} event @param {HTMLElement} target */
function onTabKey(event, target) {
  const tab = target.closest("#tabs a");
  const next =
    event.key === "ArrowRight"
      ? tab?.nextElementSibling
      : event.key === "ArrowLeft"
        ? tab?.previousElementSibling
        : null;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** Clicks with a modifier stay the browser's: they open YouTube, or a tab of their own. @param {MouseEvent} event */
function onClick(event) {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const channel = target.closest("button.channel");
  if (channel instanceof HTMLElement) {
    const id = channel.dataset.channel ?? "";
    known = { id, title: channel.textContent };
    go({ channel_id: id, watch: "" });
    return;
  }
  const outside = target.closest("a[data-watch][target]");
  if (outside instanceof HTMLElement) marks.set("watched", outside.dataset.watch ?? "", true);
  const link = target.closest("a[data-watch]:not([target]), #tabs a, .brand");
  if (!(link instanceof HTMLElement) || !isPlain(event)) return;
  event.preventDefault();
  const { watch, query } = link.dataset;
  const state = present();
  if (watch) go({ watch: watch === state.watch ? "" : watch });
  else if (query) go({ query: query === firstQuery() ? "" : query, channel_id: "", watch: "" });
  else go({ ...DEFAULTS, view: state.view, page_size: state.page_size });
}

/** @param {MouseEvent} event */
const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }) =>
  !(button || ctrlKey || metaKey || shiftKey || altKey);
