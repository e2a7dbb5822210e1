// The dialog that shows who is told of new videos and how that fares, and in which it is changed.

import { clearTheView } from "./address.js";
import { deleteTarget, fetchTarget, fetchTargets, Problem, putTarget, testTarget } from "./api.js";
import { quoted, refusal } from "./editing.js";
import { $, $$, closable, stamp } from "./elements.js";
import { clearFaults, showFault } from "./faults.js";
import { footOf } from "./foot.js";
import * as status from "./status.js";
import { field, fill, form, listen as listenToForm, showFaults, wanted } from "./target_form.js";
import { facts, narrowed, STATES, sentence, test, told, trouble } from "./target_words.js";

/** @import { Target, TargetSettings } from "./answers.js" */
/** @import { ReadTarget } from "./api.js" */

/** Between two looks for what came of a test, in milliseconds, and how many there are. */
const LOOK = 1000;
const LOOKS = 20;

/** How a target fares that was not told yet. @type {Omit<Target, "target" | "settings">} */
const UNTOLD = {
  state: "new",
  problem: null,
  failing_since: null,
  last_told_at: null,
  told: 0,
  next_turn_at: null,
  tested_at: null,
  test_problem: null,
};

const dialog = $("#targets", document, HTMLDialogElement);
const button = $("#targets-button");
const adding = $("#target-add");
const home = $("#target-home");
const list = $("#target-list");
const secret = $("#target-secret");
const value = $("input", secret, HTMLInputElement);
const { say, attempt, asks } = footOf(dialog, { begin: () => clearFaults(form), refuse, words });

/** @type {(id: string) => string | undefined} */
let titleOf;
/** The API's latest answer; null before the first. @type {Target[] | null} */
let targets = null;
/** Why there is none. */
let problem = "";
/** The target that the form changes, as it was read; null where it adds one. @type {ReadTarget | null} */
let changing = null;
/** The rows, by target. @type {Map<string, HTMLElement>} */
const rows = new Map();
/** What was changed here lately, which the API's caches may not know yet; null where it was removed. @type {Map<string, { read: ReadTarget | null, until: number }>} */
const changes = new Map();
/** The targets whose tests are on their way. @type {Set<string>} */
const testing = new Set();

/** Listens to the reader from now on. @param {(id: string) => string | undefined} channelTitle the name of a channel, where it is known */
export function listen(channelTitle) {
  titleOf = channelTitle;
  listenToForm();
  button.onclick = open;
  // What is typed, and what is not shown again, does not go by a click that missed.
  closable(dialog, () => !(secret.hidden && form.hidden));
  dialog.onclose = () => {
    stop(false);
    hideSecret();
    say("");
  };
  adding.onclick = start;
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(changing?.settings.target ?? field("target").value, save);
  };
  $("#target-cancel").onclick = () => stop();
  $("#target-copy").onclick = copy;
  $("#target-noted").onclick = () => {
    hideSecret();
    adding.focus();
  };
  list.onclick = ({ target }) => {
    const pressed = target instanceof Element ? target.closest("[data-do]") : null;
    const row = pressed?.closest("li");
    if (!(pressed instanceof HTMLElement && row)) return;
    const name = row.dataset.target ?? "";
    if (pressed.dataset.do === "remove") askToRemove(name);
    else attempt(name, pressed.dataset.do === "test" ? sendTest : startChanging);
  };
}

function open() {
  clearTheView();
  dialog.showModal();
  show();
  refresh();
}

/** Asks who is told, while somebody looks. */
export async function refresh() {
  if (!dialog.open) return;
  try {
    targets = (await fetchTargets()).targets;
  } catch (error) {
    problem = `${Problem.from(error).title}. Who is told is not known.`;
  }
  show();
}

/** Shows who is told. */
export function show() {
  if (!dialog.open) return;
  const all = known();
  const names = new Set(all.map(({ target }) => target));
  if (targets && changing && !names.has(changing.settings.target)) {
    say(`${quoted(changing.settings.target)} is not told any more.`, { bad: true });
    stop();
  }
  for (const [name, row] of rows) {
    if (names.has(name)) continue;
    row.remove();
    rows.delete(name);
  }
  for (const [at, target] of all.entries()) {
    const row = rows.get(target.target) ?? makeRow(target.target);
    fillRow(row, target);
    // Moving a row that is in its place would take the focus from it.
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  }
  list.hidden = !all.length;
  $("#target-none").hidden = !targets || all.length > 0;
  const unknown = $("#target-unknown");
  unknown.hidden = Boolean(targets);
  unknown.textContent = problem || "Asking who is told…";
}

/** Who is told, as far as it is known here, by name as the API has it. */
function known() {
  const found = new Map((targets ?? []).map((each) => [each.target, each]));
  for (const [name, { read, until }] of changes) {
    if (until < Date.now()) changes.delete(name);
    else if (read) found.set(name, changedTo(read.settings, found.get(name)));
    else found.delete(name);
  }
  return [...found.values()].sort((one, other) => (one.target < other.target ? -1 : 1));
}

/** @param {TargetSettings} settings @param {Target} [former] @returns {Target} */
function changedTo(settings, former) {
  const { target, paused } = settings;
  const fares = former ?? { ...UNTOLD, target };
  const state = fares.state === "paused" ? (fares.last_told_at ? "ok" : "new") : fares.state;
  return { ...fares, settings, state: paused ? "paused" : state };
}

/** @param {string} name */
function makeRow(name) {
  const row = stamp("#target-template");
  row.dataset.target = name;
  $("bdi", row).textContent = name;
  for (const each of $$("[data-do]", row)) {
    each.ariaLabel = each.dataset.do === "test" ? `Send a test to ${name}` : `${each.textContent} ${name}`;
  }
  rows.set(name, row);
  return row;
}

/** @param {HTMLElement} row @param {Target} target */
function fillRow(row, target) {
  const { state, settings, test_problem } = target;
  const mark = $(".state", row);
  mark.textContent = STATES[state];
  mark.className = `state ${state}`;
  const texts = {
    facts: facts(settings),
    filters: narrowed(settings.filters, titleOf),
    told: told(target),
    trouble: trouble(target),
    test: testing.has(target.target) ? "The test is on its way…" : test(target),
  };
  for (const [name, text] of Object.entries(texts)) {
    const line = $(`[data-line="${name}"]`, row);
    line.textContent = text;
    line.hidden = !text;
  }
  $('[data-line="test"]', row).classList.toggle("bad", Boolean(test_problem) && !testing.has(target.target));
}

const watched = () => status.all().map(({ query }) => query);

/** Opens the form for a new target. */
function start() {
  if (changing) stop(false);
  say("");
  fill(null, watched());
  form.ariaLabel = "Add a target";
  form.hidden = false;
  adding.hidden = true;
  field("target").focus();
}

/** Brings the form into the row of a target. @param {string} name */
async function startChanging(name) {
  stop(false);
  const found = await read(name);
  const row = rows.get(name);
  if (!row) return;
  changing = found;
  row.append(form);
  row.classList.add("changing");
  form.ariaLabel = `Change ${name}`;
  form.hidden = false;
  fill(found.settings, watched());
  field("address").focus();
  form.scrollIntoView({ block: "nearest" });
}

/** Puts the form, and what was typed into it, away. @param {boolean} [focuses] whether what opened it gets the focus back */
function stop(focuses = true) {
  const row = form.closest("li");
  const wasOpen = !form.hidden;
  changing = null;
  row?.classList.remove("changing");
  home.append(form);
  form.reset();
  form.hidden = true;
  adding.hidden = false;
  if (!focuses || !wasOpen || !dialog.open) return;
  if (row?.isConnected) $('[data-do="change"]', row).focus();
  else adding.focus();
}

/** A target as it is now. @param {string} name @throws {Problem} */
async function read(name) {
  const own = changes.get(name);
  return own?.read?.tag && Date.now() < own.until ? own.read : fetchTarget(name);
}

/** @param {string} name @param {ReadTarget | null} read null where it was removed */
function keep(name, read) {
  changes.set(name, { read, until: Date.now() + status.LAG });
}

/** @param {string} typed */
async function save(typed) {
  const former = changing;
  // Such a name cannot stand in an address.
  if (!former && /^\s*\.{0,2}\s*$|\//.test(typed)) {
    throw new Problem({ status: 400, title: "", faults: [{ parameter: "target", value: typed, detail: "" }] });
  }
  const { settings, tag } = await putTarget(former?.settings.target ?? typed, wanted(), former?.tag);
  const { secret: given, ...written } = settings;
  const { target, paused } = written;
  keep(target, { settings: written, tag });
  stop();
  show();
  const news = paused ? "It is paused." : "It is told of what is found from the next minute on.";
  say(former ? `${quoted(target)} is changed.` : `${quoted(target)} is added. ${news}`);
  if (given) showSecret(target, given);
}

/** @param {string} name @param {string} given */
function showSecret(name, given) {
  $("p", secret).textContent =
    `This secret signs what ${quoted(name)} gets. Copy it into your program now: it is not shown again.`;
  value.value = given;
  secret.hidden = false;
  $("#target-copy").focus();
}

function hideSecret() {
  secret.hidden = true;
  value.value = "";
}

async function copy() {
  value.select();
  // Where the page may not write there, the reader's own keys still copy what is selected.
  const done = await navigator.clipboard?.writeText(value.value).then(
    () => true,
    () => false,
  );
  say(done ? "The secret is copied." : "The secret is selected: copy it.");
}

/** Has a test message sent, and goes on; what came of it is said later. @param {string} name */
async function sendTest(name) {
  if (testing.has(name)) return;
  const before = await lastTest(name);
  await testTarget(name);
  testing.add(name);
  show();
  say(`A test is on its way to ${quoted(name)}…`);
  follow(name, before);
}

/** @param {string} name @throws {Problem} */
async function lastTest(name) {
  targets = (await fetchTargets()).targets;
  return targets.find(({ target }) => target === name)?.tested_at ?? null;
}

/** Looks for what came of a test until it shows. @param {string} name @param {string | null} before when the one before it was sent */
async function follow(name, before) {
  let found = before;
  for (let look = 0; look < LOOKS && found === before && dialog.open; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    found = await lastTest(name).catch(() => before);
  }
  testing.delete(name);
  show();
  // What the reader is asked at the foot stays there; the row tells the same.
  if (!dialog.open || asks()) return;
  if (found === before) {
    say(`Nothing is known yet of the test to ${quoted(name)}. Look again in a minute.`, { bad: true });
    return;
  }
  const failure = targets?.find(({ target }) => target === name)?.test_problem;
  if (failure) say(`The test to ${quoted(name)} failed: ${sentence(failure)}`, { bad: true });
  else say(`The test to ${quoted(name)} arrived.`);
}

/** @param {string} name */
function askToRemove(name) {
  const actions = [
    { label: "Remove", run: () => attempt(name, remove) },
    {
      label: "Keep it",
      run: () => {
        say("");
        const row = rows.get(name);
        if (row) $('[data-do="remove"]', row).focus();
      },
    },
  ];
  say(`Remove ${quoted(name)}, its address and what waits for it? This cannot be undone.`, { bad: true, actions });
}

/** @param {string} name */
async function remove(name) {
  const { tag } = await read(name);
  await deleteTarget(name, tag);
  leave(name);
  say(`${quoted(name)} is removed, and told no more.`);
}

/** Takes a target out of the list. @param {string} name */
function leave(name) {
  if (changing?.settings.target === name) stop(false);
  keep(name, null);
  show();
}

/** @param {string} name @param {Problem} problem @throws {Problem} */
async function refuse(name, problem) {
  if (problem.status === 400 && !form.hidden && showFaults(problem.faults)) return;
  if (problem.status === 428 && !changing && !form.hidden) {
    showFault(form, "target", `${quoted(name)} is there already. You can change it in the list below.`);
    field("target").focus();
  } else if (problem.status === 404 && rows.has(name)) sayGone(name);
  else if (problem.status === 412 || problem.status === 428) await showOthersChange(name);
  else say(words(problem), { bad: true });
}

/** @param {string} name */
async function showOthersChange(name) {
  changes.delete(name);
  try {
    const found = await fetchTarget(name);
    keep(name, found);
    const wasChanging = changing?.settings.target === name;
    if (wasChanging) {
      changing = found;
      fill(found.settings, watched());
    }
    show();
    const now = wasChanging ? "The fields show" : "The list shows";
    say(`Someone else changed ${quoted(name)} meanwhile, so nothing was done. ${now} it as it is now.`, { bad: true });
  } catch (error) {
    if (Problem.from(error).status !== 404) throw error;
    sayGone(name);
  }
}

/** @param {string} name */
function sayGone(name) {
  leave(name);
  say(`${quoted(name)} is not told any more: someone else removed it.`, { bad: true });
}

/** Why nothing was changed. @param {Problem} problem */
function words(problem) {
  return refusal(problem, {
    what: "who is told",
    many: "targets",
    full: "No more targets can be added.",
    there: "It is there already: someone else has added it meanwhile.",
  });
}
