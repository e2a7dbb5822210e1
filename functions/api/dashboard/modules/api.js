// Asking the API.

import { HOME } from "./address.js";

/** @import { Fault, QuerySettings, Status, Targets, TargetSettings, Video, VideoPage, WrittenTarget } from "./answers.js" */
/**
 * @template Settings
 * @typedef {{ settings: Settings, tag: string }} Read settings, and the tag of their version
 */
/** @typedef {Read<QuerySettings>} ReadQuery */
/** @typedef {Read<TargetSettings>} ReadTarget */

const JSON_WANTED = { Accept: "application/json" };

/** An answer other than the one asked for, in words for the reader. */
export class Problem extends Error {
  /** @param {{ status?: number, title: string, detail?: string, faults?: Fault[], retryAfter?: number }} answer */
  constructor({ status = 0, title, detail = "", faults = [], retryAfter = 0 }) {
    super(title);
    this.status = status;
    this.title = title;
    this.faults = faults;
    /** What to know or do about it. */
    this.advice = faults.length ? faults.map(faultText).join(" ") : detail;
    /** Seconds. */
    this.retryAfter = retryAfter;
  }

  /** What any error means to the reader. @param {unknown} error */
  static from(error) {
    return error instanceof Problem ? error : notUnderstood();
  }

  /** Whether asking the same again cannot help. */
  get lasting() {
    return this.status >= 400 && this.status < 500;
  }
}

/**
 * A page of videos.
 * @param {URLSearchParams} parameters
 * @param {RequestInit} options
 * @returns {Promise<VideoPage>}
 * @throws {Problem} or, if it is aborted, a DOMException
 */
export const fetchVideos = (parameters, options) => ask(`videos${parameters.size ? `?${parameters}` : ""}`, options);

/** @param {string} id @returns {Promise<Video>} @throws {Problem} */
export const fetchVideo = (id) => ask(`videos/${encodeURIComponent(id)}`);

/** @returns {Promise<Status>} @throws {Problem} */
export const fetchStatus = () => ask("status", { cache: "no-cache", priority: "low" });

/** A query as it was a moment ago. @param {string} query @returns {Promise<ReadQuery>} @throws {Problem} */
export const fetchQuery = async (query) => read(await request(pathOf(query), { cache: "no-cache" }));

/**
 * Watches a query, or changes the version of a tag.
 * @param {string} query
 * @param {Record<string, unknown>} settings those left out become the defaults
 * @param {string} [tag]
 * @returns {Promise<ReadQuery>}
 * @throws {Problem}
 */
export const putQuery = (query, settings, tag) => put(pathOf(query), settings, tag);

/** Watches the version of a tag no more. @param {string} query @param {string} tag @param {boolean} videosGo @throws {Problem} */
export const deleteQuery = (query, tag, videosGo) => remove(`${pathOf(query)}${videosGo ? "?videos=delete" : ""}`, tag);

/** Who is told of new videos, and how that fares. @returns {Promise<Targets>} @throws {Problem} */
export const fetchTargets = () => ask("targets", { cache: "no-cache" });

/** A target as it was a moment ago. @param {string} target @returns {Promise<ReadTarget>} @throws {Problem} */
export const fetchTarget = async (target) => read(await request(targetPath(target), { cache: "no-cache" }));

/**
 * Tells a target, or changes the version of a tag.
 * @param {string} target
 * @param {Record<string, unknown>} settings those left out become the defaults, but for the address
 * @param {string} [tag]
 * @returns {Promise<Read<WrittenTarget>>}
 * @throws {Problem}
 */
export const putTarget = (target, settings, tag) => put(targetPath(target), settings, tag);

/** Tells the version of a tag no more. @param {string} target @param {string} tag @throws {Problem} */
export const deleteTarget = (target, tag) => remove(targetPath(target), tag);

/** Has a test message sent. @param {string} target @throws {Problem} */
export const testTarget = (target) => request(`${targetPath(target)}/test`, { method: "PUT" });

/** Whether an error is an abort, which the page itself asked for. @param {unknown} error */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {string} query */
const pathOf = (query) => `queries/${encodeURIComponent(query)}`;

/** @param {string} target */
const targetPath = (target) => `targets/${encodeURIComponent(target)}`;

/** @param {string} path @param {Record<string, unknown>} settings @param {string} [tag] @throws {Problem} */
async function put(path, settings, tag) {
  const headers = { ...JSON_WANTED, "Content-Type": "application/json", ...(tag && { "If-Match": tag }) };
  return read(await request(path, { method: "PUT", headers, body: JSON.stringify(settings) }));
}

/** @param {string} path @param {string} tag @throws {Problem} */
async function remove(path, tag) {
  await request(path, { method: "DELETE", headers: { ...JSON_WANTED, "If-Match": tag } });
}

/** @param {Response} response @returns {Promise<Read<any>>} */
const read = async (response) => ({ settings: await jsonOf(response), tag: response.headers.get("ETag") ?? "" });

/** @param {string} path @param {RequestInit} [options] @throws {Problem} or, if it is aborted, a DOMException */
const ask = async (path, options) => jsonOf(await request(path, options));

/** @param {string} path @param {RequestInit} [options] @throws {Problem} or, if it is aborted, a DOMException */
async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(HOME + path, { headers: JSON_WANTED, ...options });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem({
      title: "newsreel does not answer",
      detail: "The network or the service is interrupted. newsreel tries again by itself.",
    });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @param {Response} response @throws {Problem} or, if it is aborted, a DOMException */
async function jsonOf(response) {
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw notUnderstood();
  }
}

const notUnderstood = () =>
  new Problem({
    title: "The answer was not understood",
    detail: "Something between this page and newsreel changed the answer.",
  });

/** @param {Response} response a problem+json (RFC 9457), or what a gateway put in its place */
async function problemOf(response) {
  const { status } = response;
  const body = await response.json().catch(() => ({}));
  const faults = Array.isArray(body.errors) ? body.errors : [];
  if (status === 404) return new Problem({ status, title: "Not found", detail: body.detail, faults });
  if (status < 500) return new Problem({ status, title: "This view cannot be shown", detail: body.detail, faults });
  const title = status === 503 ? "newsreel's store is busy" : "Something went wrong";
  const id = typeof body.instance === "string" ? ` Its request id is ${body.instance}.` : "";
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return new Problem({ status, title, detail: `newsreel tries again by itself.${id}`, retryAfter });
}

/** @param {Fault} fault in words */
const faultText = ({ parameter, value, detail }) => `${parameter}${value === null ? "" : ` “${value}”`}: ${detail}`;
