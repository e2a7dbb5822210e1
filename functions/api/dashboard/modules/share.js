// What a query costs: how often each of the watched ones is searched, as they share the day's budget.

import { number, plural } from "./format.js";

/** @import { QuerySettings, Status } from "./answers.js" */
/** @typedef {Pick<QuerySettings, "weight" | "paused" | "min_interval_seconds">} Share what decides a query's share */
/**
 * @typedef {object} Budget what the queries share
 * @property {number} calls searches a day, of all usable keys
 * @property {boolean} fixed whether each query is searched at the same pace, whatever the budget
 * @property {number} shortest seconds between two searches of a query, at least
 * @property {boolean} fallback whether something else is asked where no key can search
 */

const DAY = 86_400;

/** @param {Status} status @returns {Budget} */
export function budgetOf({ sources, pacing, poll_interval_seconds }) {
  const usable = sources.youtube.keys.filter((key) => key.usable);
  return {
    calls: usable.reduce((sum, key) => sum + key.search.limit, 0),
    fixed: pacing === "fixed",
    shortest: poll_interval_seconds,
    fallback: sources.invidious.instances.length > 0,
  };
}

/** The weights of those that are not paused, together. @param {Share[]} shares */
export const load = (shares) => shares.reduce((sum, { weight, paused }) => sum + (paused ? 0 : weight), 0);

/**
 * Seconds from one search of a query to its next, over a whole day.
 * @param {Share} share
 * @param {number} rivals the weights of the others
 * @param {Budget} budget
 */
export function interval({ weight, min_interval_seconds }, rivals, budget) {
  const shortest = Math.max(budget.shortest, min_interval_seconds ?? 0);
  return budget.fixed ? shortest : Math.max(shortest, (DAY * (rivals + weight)) / weight / budget.calls);
}

/** "every 72 minutes". @param {number} seconds */
export function every(seconds) {
  const { count, unit } = span(seconds);
  return count === 1 ? `every ${unit}` : `every ${plural(count, unit)}`;
}

/**
 * What a query would cost, in words.
 * @param {Share} wanted
 * @param {Share} former what it is now; paused if it is new
 * @param {Share[]} others
 * @param {Budget} budget
 */
export function cost(wanted, former, others, budget) {
  const active = others.filter(({ paused }) => !paused);
  if (wanted.paused) return "Paused, it costs nothing: the other queries share its part of the searches.";
  if (!budget.calls) {
    return budget.fallback
      ? "No key can search, so only the fallback is asked. What a query costs shows once there is a usable key."
      : "No key can search, so nothing is searched until there is a usable one.";
  }
  const rivals = load(active);
  const one = interval({ ...wanted, weight: 1 }, rivals, budget);
  const count = plural(active.length + 1, "query", "queries");
  if (budget.fixed) {
    const searches = [wanted, ...active].reduce((sum, each) => sum + DAY / interval(each, 0, budget), 0);
    const pace = `With ${count} and a fixed pace this one is searched ${every(one)}`;
    return `${pace}; all together want ${number(Math.round(searches))} of the day's ${plural(budget.calls, "search", "searches")}.`;
  }
  const alike = active.every(({ weight }) => weight === 1);
  const who = active.length && alike ? "each" : active.length ? "this one" : "it";
  const first = `With ${count} ${who} is searched ${every(one)}${heavier(wanted, one, rivals, budget)}.`;
  return `${first}${forOthers(wanted, former, active, budget)}`;
}

/** "; weight 3 makes it 34". @param {Share} wanted @param {number} one @param {number} rivals @param {Budget} budget */
function heavier(wanted, one, rivals, budget) {
  if (wanted.weight === 1) return "";
  const { count, unit } = span(interval(wanted, rivals, budget));
  return `; weight ${wanted.weight} makes it ${unit === span(one).unit ? number(count) : plural(count, unit)}`;
}

/**
 * How much less or more often the others are searched.
 * @param {Share} wanted
 * @param {Share} former
 * @param {Share[]} active
 * @param {Budget} budget
 */
function forOthers(wanted, former, active, budget) {
  /** @param {Share} own */
  const searches = (own) => {
    const all = load([...active, own]);
    return active.reduce((sum, each) => sum + 1 / interval(each, all - each.weight, budget), 0);
  };
  const percent = active.length ? Math.round((searches(wanted) / searches(former) - 1) * 100) : 0;
  if (!percent) return "";
  const change = `${Math.abs(percent)}% ${percent < 0 ? "less" : "more"} often than now`;
  return ` The ${active.length === 1 ? "other is" : "others are"} then searched ${change}.`;
}

/** A length of time in the unit that says it best. @param {number} seconds */
function span(seconds) {
  if (seconds < 100) return { count: Math.round(seconds), unit: "second" };
  if (seconds < 100 * 60) return { count: Math.round(seconds / 60), unit: "minute" };
  if (seconds < 2 * DAY) return { count: Math.round(seconds / 360) / 10, unit: "hour" };
  return { count: Math.round(seconds / DAY), unit: "day" };
}
