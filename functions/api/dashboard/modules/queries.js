// The dialog in which queries are added, changed, paused and removed.

import { clearTheView } from "./address.js";
import { deleteQuery, Problem } from "./api.js";
import * as blocklists from "./blocklists.js";
import { change, forget, put, quoted, read, readAnew, words } from "./editing.js";
import { $, $$, closable, make, stamp } from "./elements.js";
import { clearFaults, focusFault, showFault } from "./faults.js";
import { footOf } from "./foot.js";
import { number, plural } from "./format.js";
import { budgetOf, cost, every, interval, load } from "./share.js";
import * as status from "./status.js";

/** @import { QuerySettings } from "./answers.js" */
/** @import { ReadQuery } from "./api.js" */
/** @import { Budget } from "./share.js" */

/** How long a removal can be undone, in milliseconds. */
const REGRET = 10_000;
/** A query that is not watched takes nothing from the others. */
const NEW = { weight: 1, paused: true, min_interval_seconds: null };

/** What each field takes. @type {Record<string, string>} */
const ALLOWED = {
  query: "A name has 1 to 100 characters, and some that can be seen.",
  search: "A search text has 1 to 300 characters in one line.",
  region: "A country has two letters, such as DE. Leave it empty for all.",
  language: "A language has two letters, such as de, or is zh-Hans or zh-Hant. Leave it empty for all.",
  safe_search: "Choose one of the three.",
  min_interval_seconds: "From 10 seconds (0.17 minutes) to a day (1440 minutes), or empty.",
  weight: "A weight is a whole number from 1 to 100.",
  paused: "Either paused or not.",
  blocked_words: "At most 50 words, each of 2 to 100 characters with a letter or a digit.",
};

const dialog = $("#queries", document, HTMLDialogElement);
const button = $("#queries-button");
const form = $("#query-form", document, HTMLFormElement);
const home = $("#query-home");
const list = $("#query-list");
const more = $("#query-more", document, HTMLDetailsElement);
const videosGo = $("#videos-go", document, HTMLInputElement);
const { say, attempt } = footOf(dialog, { begin: () => clearFaults(form), refuse, words });

/** The query that the form changes, as it was read; null where the form adds one. @type {ReadQuery | null} */
let changing = null;
/** The rows, by query. @type {Map<string, HTMLElement>} */
const rows = new Map();

/** Listens to the reader from now on. @param {(id: string) => string | undefined} channelTitle the name of a channel, where it is known */
export function listen(channelTitle) {
  blocklists.listen(channelTitle, () => showFault(form, "blocked_words", ""));
  button.onclick = () => open();
  closable(dialog);
  dialog.onclose = () => {
    if (changing) stopChanging();
    // What opened it may be gone.
    if (document.activeElement === document.body) button.focus();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(changing?.settings.query ?? field("query").value, save);
  };
  form.oninput = (event) => {
    if (event.target instanceof HTMLInputElement) showFault(form, event.target.name, "");
    showCost();
  };
  $("#query-cancel").onclick = () => stopChanging();
  list.onclick = ({ target }) => {
    const pressed = target instanceof Element ? target.closest("[data-do]") : null;
    const row = pressed?.closest("li");
    if (!(pressed instanceof HTMLElement && row)) return;
    const query = row.dataset.query ?? "";
    if (pressed.dataset.do === "remove") askToRemove(query);
    else attempt(query, pressed.dataset.do === "pause" ? togglePause : startChanging);
  };
}

/** @param {string} [query] the name of one that is to be added */
export function open(query) {
  clearTheView();
  if (dialog.open) return;
  if (query !== undefined) field("query").value = query;
  dialog.showModal();
  show();
  if (query !== undefined || status.isNothingWatched()) field("query").focus();
}

/** Shows what is watched now. */
export function show() {
  if (!dialog.open) return;
  const queries = status.all();
  const names = new Set(queries.map(({ query }) => query));
  if (changing && !names.has(changing.settings.query)) {
    say(`${quoted(changing.settings.query)} is not watched any more.`, { bad: true });
    stopChanging();
  }
  for (const [query, row] of rows) {
    if (names.has(query)) continue;
    row.remove();
    rows.delete(query);
  }
  const known = status.latest();
  const budget = known && budgetOf(known);
  const all = load(queries.map(({ settings }) => settings));
  for (const [at, { query, settings }] of queries.entries()) {
    const row = rows.get(query) ?? makeRow(query);
    fillRow(row, settings, budget && !settings.paused ? pace(settings, all - settings.weight, budget) : "Paused");
    // Moving a row that is in its place would take the focus from it.
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  }
  $("#query-none").hidden = queries.length > 0;
  $("#query-none").textContent = known ? "Nothing is watched yet." : "What is watched is not known yet.";
  $("#videos-go-line").hidden = !queries.length;
  const going = (known?.removals ?? []).filter(({ done }) => !done);
  $("#query-removals").textContent = going
    .map(({ query, deleted }) => `The videos of ${quoted(query)} are being deleted: ${number(deleted)} so far.`)
    .join(" ");
  showCost();
}

/** @param {string} query */
function makeRow(query) {
  const row = stamp("#query-template");
  row.dataset.query = query;
  $("bdi", row).textContent = query;
  rows.set(query, row);
  return row;
}

/** @param {HTMLElement} row @param {QuerySettings} settings @param {string} now how often it is searched */
function fillRow(row, { query, search, weight, paused, blocked_channels, blocked_words }, now) {
  const blocked = [
    ...(blocked_channels.length ? [plural(blocked_channels.length, "channel")] : []),
    ...(blocked_words.length ? [plural(blocked_words.length, "word")] : []),
  ];
  const facts = [now, weight > 1 && `weight ${weight}`, blocked.length && `${blocked.join(" and ")} blocked`]
    .filter(Boolean)
    .join(" · ");
  $(".meta", row).replaceChildren(facts, ...(search === query ? [] : [" · searches for ", make("bdi", {}, search)]));
  row.classList.toggle("paused", paused);
  for (const each of $$("[data-do]", row)) {
    const label = each.dataset.do === "pause" ? (paused ? "Resume" : "Pause") : (each.textContent ?? "");
    each.textContent = label;
    each.ariaLabel = `${label} ${query}`;
  }
}

/** How often a query is searched. @param {QuerySettings} settings @param {number} rivals @param {Budget} budget */
function pace(settings, rivals, budget) {
  if (budget.calls) return `Searched ${every(interval(settings, rivals, budget))}`;
  return budget.fallback ? "Only by the fallback" : "Not searched: no usable key";
}

/** @param {string} name */
const others = (name) => status.all().flatMap(({ query, settings }) => (query === name ? [] : settings));

/** Says what the query in the form would cost. */
function showCost() {
  const known = status.latest();
  const { weight, ...rest } = wanted();
  const share = {
    weight: Number.isInteger(weight) && Number(weight) > 0 ? Number(weight) : 1,
    min_interval_seconds: typeof rest.min_interval_seconds === "number" ? rest.min_interval_seconds : null,
    paused: rest.paused === true,
  };
  const former = changing?.settings ?? NEW;
  const text = known ? cost(share, former, others(changing?.settings.query ?? ""), budgetOf(known)) : "";
  const line = $("#query-cost");
  // The same words again would be read out again.
  if (line.textContent !== text) line.textContent = text;
}

/** @param {string} name @returns {HTMLInputElement} */
const field = (name) => $(`[name="${name}"]`, form, /** @type {any} */ (HTMLElement));

/** The settings in the form. What makes no number goes as it was typed, and the API says what is wrong with it. */
function wanted() {
  const minutes = typed("min_interval_seconds").replace(",", ".");
  const search = typed("search");
  return {
    ...(search && { search }),
    region: typed("region") || null,
    language: typed("language") || null,
    safe_search: typed("safe_search"),
    min_interval_seconds: minutes ? Math.round(Number(minutes) * 60) || minutes : null,
    weight: typed("weight") ? Number(typed("weight")) || typed("weight") : 1,
    paused: field("paused").checked,
    ...blocklists.wanted(),
  };
}

/** @param {string} name */
const typed = (name) => field(name).value.trim();

/** @param {QuerySettings} settings */
function fillForm({ query, search, min_interval_seconds, ...settings }) {
  field("query").value = query;
  field("search").value = search === query ? "" : search;
  field("region").value = settings.region ?? "";
  field("language").value = settings.language ?? "";
  field("safe_search").value = settings.safe_search;
  field("min_interval_seconds").value = min_interval_seconds
    ? String(Math.round(min_interval_seconds / 0.6) / 100)
    : "";
  field("weight").value = String(settings.weight);
  field("paused").checked = settings.paused;
  blocklists.fill(settings);
  clearFaults(form);
  showCost();
}

/** Brings the form into the row of a query. @param {string} query */
async function startChanging(query) {
  if (changing) stopChanging(false);
  const found = await read(query);
  const row = rows.get(query);
  if (!row) return;
  changing = found;
  row.append(form);
  row.classList.add("changing");
  form.ariaLabel = `Change ${query}`;
  $("#query-name").hidden = true;
  $("#query-save").hidden = false;
  more.open = true;
  fillForm(found.settings);
  field("search").focus();
  form.scrollIntoView({ block: "nearest" });
}

/** Brings the form back to where it adds queries. @param {boolean} [focuses] whether the row gets the focus back */
function stopChanging(focuses = true) {
  const row = form.closest("li");
  changing = null;
  row?.classList.remove("changing");
  home.append(form);
  form.ariaLabel = "Watch a query";
  $("#query-name").hidden = false;
  $("#query-save").hidden = true;
  emptyForm();
  if (focuses && row?.isConnected && dialog.open) $('[data-do="change"]', row).focus();
}

function emptyForm() {
  form.reset();
  blocklists.fill({ blocked_channels: [], blocked_words: [] });
  more.open = false;
  clearFaults(form);
  showCost();
}

/** @param {string} name */
async function save(name) {
  if (changing) {
    const { settings, tag } = changing;
    const { query } = settings;
    await put(query, wanted(), tag);
    stopChanging();
    show();
    say(`${quoted(query)} is changed.`);
    return;
  }
  // Such a name cannot stand in an address.
  if (/^\s*\.{0,2}\s*$/.test(name)) throw new Problem({ status: 400, title: "", faults: [fault("query", name)] });
  const added = await put(name, wanted());
  emptyForm();
  show();
  const { query, paused } = added.settings;
  say(`${quoted(query)} is watched. ${paused ? "It is paused." : "Its first videos come within a minute or two."}`);
  field("query").focus();
}

/** @param {string} query */
async function togglePause(query) {
  const { settings } = await change(query, ({ paused }) => ({ paused: !paused }));
  show();
  say(settings.paused ? `${quoted(query)} is paused. Its videos stay.` : `${quoted(query)} is searched again.`);
}

/** @param {string} query */
function askToRemove(query) {
  if (!videosGo.checked) {
    attempt(query, remove);
    return;
  }
  const actions = [
    { label: "Delete", run: () => attempt(query, removeWithVideos) },
    {
      label: "Keep it",
      run: () => {
        say("");
        focusRow(query);
      },
    },
  ];
  say(`Remove ${quoted(query)} and delete all its videos? This cannot be undone.`, { bad: true, actions });
}

/** @param {string} query */
async function remove(query) {
  const settings = await removed(query, false);
  offerUndo(settings, `${quoted(query)} is removed. Its videos stay until they expire.`);
}

/** @param {string} query */
async function removeWithVideos(query) {
  await removed(query, true);
  videosGo.checked = false;
  say(`${quoted(query)} is removed. Deleting its videos takes some minutes.`);
}

/** Removes a query, and gives what it was. @param {string} query @param {boolean} withVideos @throws {Problem} */
async function removed(query, withVideos) {
  const { settings, tag } = await read(query);
  await deleteQuery(query, tag, withVideos);
  if (changing?.settings.query === query) stopChanging(false);
  forget(query);
  show();
  return settings;
}

/** @param {QuerySettings} settings @param {string} text @param {boolean} [bad] */
function offerUndo(settings, text, bad = false) {
  const run = () => attempt(settings.query, () => watchAgain(settings));
  say(text, { bad, actions: [{ label: "Undo", run }], stay: REGRET });
}

/** @param {QuerySettings} former */
async function watchAgain(former) {
  const { query, ...settings } = former;
  try {
    await put(query, settings);
    show();
  } catch (error) {
    // What it was is known here alone.
    offerUndo(former, words(Problem.from(error)), true);
    return;
  }
  say(`${quoted(query)} is watched again, as it was.`);
  focusRow(query);
}

/** @param {string} query @param {Problem} problem @throws {Problem} */
async function refuse(query, problem) {
  if (problem.status === 400 && problem.faults.some(({ parameter }) => parameter in ALLOWED)) {
    for (const { parameter } of problem.faults) showFault(form, parameter, ALLOWED[parameter] ?? "");
    focusFault(form);
  } else if (problem.status === 428 && !changing) {
    showFault(form, "query", `${quoted(query)} is watched already. You can change it in the list below.`);
    field("query").focus();
  } else if (problem.status === 404 && rows.has(query)) leave(query);
  else if (problem.status === 412 || problem.status === 428) await showOthersChange(query);
  else say(words(problem), { bad: true });
}

/** @param {string} query */
async function showOthersChange(query) {
  try {
    const found = await readAnew(query);
    const wasChanging = changing?.settings.query === query;
    show();
    if (wasChanging) {
      changing = found;
      fillForm(found.settings);
    }
    const now = wasChanging ? "The fields show" : "The list shows";
    say(`Someone else changed ${quoted(query)} meanwhile, so nothing was done. ${now} it as it is now.`, { bad: true });
  } catch (error) {
    if (Problem.from(error).status !== 404) throw error;
    leave(query);
  }
}

/** Takes a query out of the list that someone else has removed. @param {string} query */
function leave(query) {
  if (changing?.settings.query === query) stopChanging(false);
  forget(query);
  show();
  say(`${quoted(query)} is not watched any more: someone else removed it.`, { bad: true });
}

/** @param {string} query */
function focusRow(query) {
  const row = rows.get(query);
  if (row) $('[data-do="remove"]', row).focus();
}

/** @param {string} parameter @param {string} value */
const fault = (parameter, value) => ({ parameter, value, detail: "" });
