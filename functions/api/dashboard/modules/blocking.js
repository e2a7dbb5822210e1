// Blocking a channel or a word: an editor's act, by which its videos are stored but not shown.

import { clearTheView, showsAll } from "./address.js";
import { Problem } from "./api.js";
import * as blocklists from "./blocklists.js";
import { change, quoted, readAnew, words } from "./editing.js";
import { $, closable, make } from "./elements.js";
import { hasWord } from "./format.js";
import * as status from "./status.js";
import * as toast from "./toast.js";

/** @import { QuerySettings, Video } from "./answers.js" */
/** @typedef {"blocked_channels" | "blocked_words"} Kind */
/** @typedef {(video: Video) => boolean} Test */
/**
 * @typedef {object} Block
 * @property {Kind} kind
 * @property {string} value
 * @property {string} name how the reader is told of it
 */

/** How many of each a query may block. */
const AT_MOST = { blocked_channels: 100, blocked_words: 50 };
const WORDS = /[\p{L}\p{N}]+/gu;

const dialog = $("#block", document, HTMLDialogElement);
const form = $("#block-form", document, HTMLFormElement);
const word = $("#block-word", document, HTMLInputElement);
const fault = $("#block-fault");
const choices = $("#block-queries");

/** What the dialog asks about. @type {{ video: Video, kind: Kind } | null} */
let asked = null;
/** What the lists of queries keep away, for what was watched when it was asked before. @type {WeakMap<object, Map<string, Test>>} */
const tests = new WeakMap();

/** Listens to the reader from now on. */
export function listen() {
  closable(dialog);
  $("#block-cancel").onclick = () => dialog.close();
  word.oninput = () => showFault("");
  form.onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
}

/**
 * Whether every query that found a video is known to block it: the API's answers may be some seconds behind. Of a
 * description the API knows more than this page.
 * @param {Video} video
 */
export function isBlocked(video) {
  const watched = status.all();
  const known = tests.get(watched) ?? testsOf(watched.map(({ settings }) => settings));
  tests.set(watched, known);
  return known.size > 0 && video.queries.every((query) => known.get(query)?.(video));
}

/** What each query's lists keep away, for those that have any. @param {QuerySettings[]} watched @returns {Map<string, Test>} */
function testsOf(watched) {
  const listed = watched.filter(
    ({ blocked_channels, blocked_words }) => blocked_channels.length + blocked_words.length,
  );
  return new Map(listed.map((settings) => [settings.query, testOf(settings)]));
}

/** @param {QuerySettings} settings @returns {Test} */
function testOf({ blocked_channels, blocked_words }) {
  const channels = new Set(blocked_channels);
  const texts = blocked_words.map(wordsOf);
  return ({ channel_id, channel_title, title }) => {
    if (channel_id && channels.has(channel_id)) return true;
    if (!texts.length) return false;
    const found = wordsOf(`${title} ${channel_title}`);
    return texts.some((wanted) => wanted.every((each) => found.some((one) => one.startsWith(each))));
  };
}

/** @param {string} text @returns {string[]} */
const wordsOf = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(WORDS) ?? [];

/** Blocks a video's channel; asks before where several queries found the video. @param {Video} video */
export function blockChannel(video) {
  if (queriesOf(video).length > 1) ask(video, "blocked_channels");
  else block(queriesOf(video), channelOf(video));
}

/** Asks for words to block. @param {Video} video */
export const blockWord = (video) => ask(video, "blocked_words");

/** @param {Video} video */
const queriesOf = ({ query, queries }) => (showsAll() ? queries : [query]);

/** @param {Video} video @returns {Block} */
const channelOf = ({ channel_id, channel_title }) => ({
  kind: "blocked_channels",
  value: channel_id ?? "",
  name: channel_title || "this channel",
});

/** @param {Video} video @param {Kind} kind */
function ask(video, kind) {
  clearTheView();
  asked = { video, kind };
  const queries = queriesOf(video);
  const isWord = kind === "blocked_words";
  $("#block-title").textContent = isWord ? "Block a word" : `Block ${quoted(channelOf(video).name)}`;
  const where = queries.length > 1 ? "the queries that you choose" : quoted(queries[0] ?? "");
  const which = isWord ? "Videos that have it" : "Its videos";
  $("#block-about").textContent = `${which} are stored, but no longer shown to anyone for ${where}.`;
  $("#block-word-field").hidden = !isWord;
  word.value = "";
  choices.hidden = queries.length < 2;
  $(".pills", choices).replaceChildren(
    ...queries.map((query) => {
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", name: "query", value: query, checked: true });
      return make("label", {}, box, make("bdi", {}, query));
    }),
  );
  showFault("");
  dialog.showModal();
  if (isWord) word.focus();
}

function submit() {
  if (!asked) return;
  const { video, kind } = asked;
  const value = word.value.trim();
  const several = queriesOf(video).length > 1;
  const queries = several ? new FormData(form).getAll("query").map(String) : queriesOf(video);
  if (kind === "blocked_words" && !hasWord(value)) showFault("A word has at least two letters or digits.");
  else if (!queries.length) showFault("Choose a query at least.");
  else {
    dialog.close();
    block(queries, kind === "blocked_words" ? { kind, value, name: quoted(value) } : channelOf(video));
  }
}

/** @param {string} text */
function showFault(text) {
  fault.textContent = text;
  fault.hidden = !text;
  if (text && asked?.kind === "blocked_words") word.focus();
}

/** @param {string[]} queries @param {Block} what */
async function block(queries, { kind, value, name }) {
  const done = await changeAll(
    queries,
    (settings) => {
      if (settings[kind].length >= AT_MOST[kind]) throw full(settings.query, kind);
      return { [kind]: [...settings[kind].filter((each) => each !== value), value] };
    },
    () => block(queries, { kind, value, name }),
  );
  if (!done) return;
  if (kind === "blocked_channels") blocklists.remember(value, name);
  const undo = () => unblock(queries, { kind, value, name });
  toast.say(`Blocked ${name} for ${list(queries)}.`, { actions: [{ label: "Undo", run: undo }] });
}

/** @param {string[]} queries @param {Block} what */
async function unblock(queries, { kind, value, name }) {
  const done = await changeAll(
    queries,
    (settings) => ({ [kind]: settings[kind].filter((each) => each !== value) }),
    () => unblock(queries, { kind, value, name }),
  );
  if (done) toast.say(`Blocks ${name} no more for ${list(queries)}.`);
}

/**
 * Changes one query after the other; gives whether all are, and says why not.
 * @param {string[]} queries
 * @param {(settings: QuerySettings) => Partial<QuerySettings>} how
 * @param {() => void} again
 */
async function changeAll(queries, how, again) {
  for (const query of queries) {
    try {
      await change(query, how);
    } catch (error) {
      await refuse(query, Problem.from(error), again);
      return false;
    }
  }
  return true;
}

/** @param {string} query @param {Problem} problem @param {() => void} again */
async function refuse(query, problem, again) {
  let text = problem.status === FULL ? problem.title : words(problem);
  if (problem.status === 412) {
    text = `Someone else changed ${quoted(query)} meanwhile, so nothing was done.`;
    await readAnew(query).catch(() => {});
  }
  toast.say(text, { bad: true, actions: problem.status === FULL ? [] : [{ label: "Try again", run: again }] });
}

/** No status of HTTP. */
const FULL = 1;

/** @param {string} query @param {Kind} kind */
function full(query, kind) {
  const many = `${AT_MOST[kind]} ${kind === "blocked_words" ? "words" : "channels"}`;
  return new Problem({ status: FULL, title: `${quoted(query)} blocks ${many} already, and cannot block more.` });
}

/** @param {string[]} queries */
const list = (queries) => queries.map(quoted).join(", ");
