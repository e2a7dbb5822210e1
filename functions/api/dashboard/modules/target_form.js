// The form in which a target is added or changed.

import { $, $$, make } from "./elements.js";
import { clearFaults, focusFault, showFault } from "./faults.js";
import { number } from "./format.js";
import { MINUTES_AT_MOST, minutes, seconds } from "./narrowing.js";
import { onTheHour } from "./target_words.js";

/** @import { Fault, TargetSettings } from "./answers.js" */

const DURATION = `Minutes from 0 to ${number(MINUTES_AT_MOST)}, the most not fewer than the least, or empty.`;
const WORDS = "At most 100 characters with a word of two letters or more.";

/** What each field takes. @type {Record<string, string>} */
const ALLOWED = {
  target: "A name has 1 to 50 characters without slashes, and some that can be seen.",
  kind: "Choose one of the two.",
  queries: "At most 200 queries.",
  search: WORDS,
  exclude: WORDS,
  min_duration: DURATION,
  max_duration: DURATION,
  live: "Choose one of the four.",
  shorts: "Choose one of the three.",
  channel_id: "A channel's id has 1 to 64 letters, digits, - and _, such as UC….",
  language: "A language's code, such as en, de or pt-BR.",
  digest: "Choose one of the three.",
  digest_hour: "Choose an hour.",
  zone: "The name of a time zone, such as UTC or Asia/Kolkata.",
  paused: "Either paused or not.",
};
/** The same for the address, by the target's kind. @type {Record<TargetSettings["kind"], string>} */
const ADDRESSES = {
  webhook: "An https URL of at most 1,000 characters, without user and fragment.",
  apprise:
    "An address as Apprise writes it, such as discord://…, of at most 1,000 characters; for https, take a webhook.",
};
const TEXTS = /** @type {const} */ (["search", "exclude", "live", "shorts", "channel_id"]);
const DURATIONS = /** @type {const} */ (["min_duration", "max_duration"]);

export const form = $("#target-form", document, HTMLFormElement);
const pills = $("#t-queries");
const zones = $("#t-zones");

/** @returns {Omit<TargetSettings, "target">} what a new target is, unless the reader says otherwise */
const fresh = () => ({
  kind: "apprise",
  queries: [],
  filters: {},
  language: "en",
  digest: "each",
  digest_hour: 8,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
  paused: false,
});

/** @param {string} name @returns {HTMLInputElement} */
export const field = (name) => $(`[name="${name}"]`, form, /** @type {any} */ (HTMLElement));

/** @param {string} name */
const typed = (name) => field(name).value.trim();

/** Listens to the reader from now on. */
export function listen() {
  for (let hour = 0; hour < 24; hour += 1) field("digest_hour").append(new Option(onTheHour(hour), String(hour)));
  form.oninput = ({ target }) => {
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) showFault(form, target.name, "");
    showWhatFits();
  };
}

/**
 * Puts a target's settings into the fields, or those of a new one.
 * @param {TargetSettings | null} settings
 * @param {string[]} watched the queries that it can be told of
 */
export function fill(settings, watched) {
  const { kind, queries, filters, language, digest, digest_hour, zone, paused } = settings ?? fresh();
  form.reset();
  clearFaults(form);
  for (const part of ["#target-name", "#target-kind"]) $(part).hidden = settings !== null;
  for (const each of kinds()) each.checked = each.value === kind;
  // What it is told of and is not watched any more stays, unless the reader takes it away.
  const names = [...new Set([...watched, ...queries])];
  pills.replaceChildren(...names.map((name) => pill(name, queries.includes(name))));
  for (const name of TEXTS) field(name).value = filters[name] ?? "";
  for (const name of DURATIONS) field(name).value = minutes(filters[name]);
  // No minutes at least are none; no minutes at most are not.
  if (filters.max_duration === "0") field("max_duration").value = "0";
  $("details", form, HTMLDetailsElement).open = Object.keys(filters).length > 0;
  field("language").value = language;
  field("digest").value = digest;
  field("digest_hour").value = String(digest_hour);
  field("zone").value = zone;
  field("paused").checked = paused;
  if (!zones.childElementCount) zones.append(...Intl.supportedValuesOf("timeZone").map((name) => new Option(name)));
  showWhatFits();
}

/** @param {string} name @param {boolean} checked */
function pill(name, checked) {
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "queries", value: name, checked });
  return make("label", {}, box, make("bdi", {}, name));
}

const kinds = () => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('[name="kind"]'));

const kind = () => ([...kinds()].find(({ checked }) => checked)?.value === "webhook" ? "webhook" : "apprise");

/** Shows what goes with the kind and the digest that are chosen. */
function showWhatFits() {
  const isNew = !$("#target-name").hidden;
  for (const each of $$("[data-kind]", form)) each.hidden = each.dataset.kind !== kind();
  for (const each of $$("[data-digest]", form)) each.hidden = each.dataset.digest !== field("digest").value;
  field("address").placeholder = isNew ? (kind() === "webhook" ? "https://…" : "discord://…") : "Stays as it is";
  $("#t-again").hidden = isNew || kind() !== "webhook";
}

/** The settings in the form, with the address if one was typed. What makes no number goes as it was typed, and the API says what is wrong with it. */
export function wanted() {
  const narrowing = [
    ...TEXTS.map((name) => [name, typed(name)]),
    ...DURATIONS.map((name) => [name, inSeconds(typed(name))]),
  ];
  return {
    kind: kind(),
    ...(typed("address") && { address: typed("address") }),
    queries: [...pills.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => value),
    filters: Object.fromEntries(narrowing.filter(([, value]) => value)),
    language: typed("language") || "en",
    digest: typed("digest"),
    digest_hour: Number(typed("digest_hour")),
    zone: typed("zone") || "UTC",
    paused: field("paused").checked,
  };
}

/** @param {string} text minutes */
function inSeconds(text) {
  const value = seconds(text);
  return Number.isNaN(value) ? text : String(value);
}

/** Shows the faults beside their fields; whether there are any that belong to one. @param {Fault[]} faults */
export function showFaults(faults) {
  const allowed = { ...ALLOWED, address: ADDRESSES[kind()] };
  const known = faults.flatMap(({ parameter }) => Object.entries(allowed).filter(([name]) => endsIn(parameter, name)));
  for (const [name, text] of known) showFault(form, name, text);
  focusFault(form);
  return known.length > 0;
}

/** @param {string} parameter such as "filters.search" @param {string} name */
const endsIn = (parameter, name) => parameter.replace(/^filters\./, "") === name;
