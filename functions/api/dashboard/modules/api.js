// Asking the API.

import { HOME } from "./address.js";

/** @import { Fault, Status, Video, VideoPage } from "./answers.js" */

/** An answer other than the one asked for, in words for the reader. */
export class Problem extends Error {
  /** @param {{ status?: number, title: string, detail?: string, faults?: string[], retryAfter?: number }} answer */
  constructor({ status = 0, title, detail = "", faults = [], retryAfter = 0 }) {
    super(title);
    this.status = status;
    this.title = title;
    /** What to know or do about it. */
    this.advice = faults.length ? faults.join(" ") : detail;
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

/** Whether an error is an abort, which the page itself asked for. @param {unknown} error */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {string} path @param {RequestInit} [options] @throws {Problem} or, if it is aborted, a DOMException */
async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(HOME + path, { headers: { Accept: "application/json" }, ...options });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem({
      title: "newsreel does not answer",
      detail: "The network or the service is interrupted. newsreel tries again by itself.",
    });
  }
  if (!response.ok) throw await problemOf(response);
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
  const faults = Array.isArray(body.errors) ? body.errors.map(faultText) : [];
  if (status === 404) return new Problem({ status, title: "Not found", detail: body.detail, faults });
  if (status < 500) return new Problem({ status, title: "This view cannot be shown", detail: body.detail, faults });
  const title = status === 503 ? "newsreel's store is busy" : "Something went wrong";
  const id = typeof body.instance === "string" ? ` Its request id is ${body.instance}.` : "";
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return new Problem({ status, title, detail: `newsreel tries again by itself.${id}`, retryAfter });
}

/** @param {Fault} fault in words */
const faultText = ({ parameter, value, detail }) => `${parameter}${value === null ? "" : ` “${value}”`}: ${detail}`;
