// Which videos the reader has watched or hidden. This browser alone knows.

import { keep, recall } from "./storage.js";

/** @typedef {"watched" | "hidden"} Mark */
/** @typedef {Record<Mark, string[]>} Marks the ids of videos, the latest mark last */

/** How many videos may have each mark; the oldest ones lose theirs. */
const AT_MOST = 5000;
/** Characters of a file, more than the most marks take. */
const FILE_AT_MOST = 1_000_000;
const NAME = "marks";
const KINDS = /** @type {const} */ (["watched", "hidden"]);
const VIDEO_ID = /^[\w-]{11}$/;

/** @type {Record<Mark, Set<string>>} */
let marks = { watched: new Set(), hidden: new Set() };
/** @type {() => void} */
let onChange;

/** Reads what is kept, and from now on what other pages of newsreel mark. @param {typeof onChange} call for each change */
export function listen(call) {
  onChange = call;
  load();
  addEventListener("storage", ({ key }) => {
    if (key !== NAME && key !== null) return;
    load();
    onChange();
  });
}

/** @param {Mark} kind @param {string} id */
export const has = (kind, id) => marks[kind].has(id);

/** @param {Mark} kind */
export const count = (kind) => marks[kind].size;

/** Marks a video, or takes its mark away. @param {Mark} kind @param {string} id @param {boolean} on */
export function set(kind, id, on) {
  if (marks[kind].has(id) === on) return;
  if (on) add(kind, [id]);
  else marks[kind].delete(id);
  save();
}

/** All marks, for a file. */
export const exported = () => JSON.stringify({ newsreel: NAME, version: 1, ...lists() }, null, 1);

/**
 * Adds the marks of a file, and gives how many it has.
 * @param {string} text
 * @throws {RangeError} with a sentence for the reader, where it is not one that `exported` gave
 */
export function take(text) {
  const read = parsed(text);
  for (const kind of KINDS) add(kind, read[kind]);
  save();
  return { watched: read.watched.length, hidden: read.hidden.length };
}

/** Takes all marks away, and gives what puts them back. */
export function clear() {
  const former = marks;
  marks = { watched: new Set(), hidden: new Set() };
  save();
  return () => {
    for (const kind of KINDS) add(kind, [...former[kind]]);
    save();
  };
}

/** @param {string} text @throws {RangeError} @returns {Marks} */
function parsed(text) {
  if (text.length > FILE_AT_MOST) throw new RangeError("This file is too large to be one of marks.");
  let said;
  try {
    said = Object(JSON.parse(text));
  } catch {
    throw new RangeError("This file is not JSON.");
  }
  if (said.newsreel !== NAME) throw new RangeError("This file does not come from newsreel's marks.");
  if (said.version !== 1) throw new RangeError("This file comes from another version of newsreel.");
  return { watched: ids(said.watched, "watched"), hidden: ids(said.hidden, "hidden") };
}

/** @param {unknown} list @param {Mark} kind @throws {RangeError} @returns {string[]} */
function ids(list, kind) {
  if (!Array.isArray(list)) throw new RangeError(`This file has no list of ${kind} videos.`);
  if (list.length > AT_MOST) throw new RangeError(`This file has more than ${AT_MOST} ${kind} videos.`);
  const wrong = list.findIndex((id) => typeof id !== "string" || !VIDEO_ID.test(id));
  if (wrong >= 0) throw new RangeError(`Number ${wrong + 1} of this file's ${kind} videos is not a video's id.`);
  return list;
}

/** @param {Mark} kind @param {string[]} added */
function add(kind, added) {
  const known = marks[kind];
  for (const id of added) {
    known.delete(id);
    known.add(id);
  }
  for (const id of [...known].slice(0, Math.max(0, known.size - AT_MOST))) known.delete(id);
}

function load() {
  marks = { watched: new Set(), hidden: new Set() };
  try {
    const kept = parsed(recall(NAME) ?? exported());
    for (const kind of KINDS) add(kind, kept[kind]);
  } catch {
    // What something else has written there is nothing to the reader.
  }
}

function save() {
  keep(NAME, exported());
  onChange();
}

const lists = () => ({ watched: [...marks.watched], hidden: [...marks.hidden] });
