// Changing the settings of queries: what the dialog of queries and the blocking of videos share.

import { fetchQuery, Problem, putQuery } from "./api.js";
import { LAG } from "./status.js";

/** @import { QuerySettings } from "./answers.js" */
/** @import { ReadQuery } from "./api.js" */

/** @type {(query: string, settings: QuerySettings | null) => void} */
let onChange;
/** What the API said of changes made here, which is newer than what it says of the query. @type {Map<string, ReadQuery & { until: number }>} */
const written = new Map();

/** @param {typeof onChange} call for each query that was changed, with its settings; null once it is removed */
export function listen(call) {
  onChange = call;
}

/** A query as it is now. @param {string} query @throws {Problem} */
export async function read(query) {
  const own = written.get(query);
  return own?.tag && Date.now() < own.until ? own : fetchQuery(query);
}

/** The same, where someone else has changed it. @param {string} query @throws {Problem} */
export async function readAnew(query) {
  written.delete(query);
  return keep(await fetchQuery(query));
}

/**
 * Watches a query, or changes the version of a tag.
 * @param {string} query
 * @param {Record<string, unknown>} settings those left out become the defaults
 * @param {string} [tag]
 * @throws {Problem}
 */
export const put = async (query, settings, tag) => keep(await putQuery(query, settings, tag));

/**
 * Changes some settings of a query, and leaves the others as they are.
 * @param {string} query
 * @param {(settings: QuerySettings) => Partial<QuerySettings>} how
 * @throws {Problem}
 */
export async function change(query, how) {
  const { settings, tag } = await read(query);
  const { query: _, ...former } = settings;
  return put(query, { ...former, ...how(settings) }, tag);
}

/** Says that a query is not watched any more. @param {string} query */
export function forget(query) {
  written.delete(query);
  onChange(query, null);
}

/** @param {ReadQuery} read */
function keep(read) {
  const { query } = read.settings;
  written.set(query, { ...read, until: Date.now() + LAG });
  onChange(query, read.settings);
  return read;
}

/** Why nothing was changed. @param {Problem} problem */
export const words = (problem) =>
  refusal(problem, {
    what: "what is watched",
    many: "queries",
    full: "No more queries can be watched.",
    there: "It is watched already: someone else has added it meanwhile.",
  });

/**
 * Why nothing was changed.
 * @param {Problem} problem
 * @param {{ what: string, many: string, full: string, there: string }} of what was to be changed: in words, what there
 *   can be no more of, and that it is there already
 */
export function refusal({ status, title, advice }, { what, many, full, there }) {
  if (status === 401 || status === 403) {
    return `Only the editor may change ${what}. Try again, and sign in as “editor” with its password.`;
  }
  if (status === 409) return `${full} Remove one before you add another.`;
  if (status === 404 || status === 405) return `This newsreel does not let its ${many} be changed from here.`;
  if (status === 428) return there;
  if (status === 503) return "newsreel's store is busy, so nothing was changed. Try again in a few seconds.";
  if (status) return `Nothing was changed. ${advice || title}`;
  return navigator.onLine
    ? "newsreel did not answer. Look whether the change shows before you try again."
    : "You are offline, so nothing was changed. Try again when the connection is back.";
}

/** A name among words, whatever direction it is written in. @param {string} name */
export const quoted = (name) => `“\u2068${name}\u2069”`;
