// The life of a child or home. What is told is drawn by its shape: words, lists, pairs, tables, lines over weeks; so that
// more may be told without a change here.

import { Chart } from "./chart.js";
import { marked } from "./charts.js";
import { badge, find, html } from "./dom.js";
import { capital, day, known, number } from "./words.js";

/** @typedef {Record<string, unknown>} Dict */

const HEADS = ["title", "who"];
const HIDDEN = ["kind", "number", "market", "type"]; // what the page itself knows

export class Follow {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    this.ground = find(HTMLElement, "told");
    this.drawn = "";
    const form = find(HTMLFormElement, "follow");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(read("follow-market", "b"), read("follow-kind", "home"), find(HTMLInputElement, "follow-number").valueAsNumber);
    });
    find(HTMLElement, "unfollow").addEventListener("click", () => send({ do: "unfollow" }));
    this.nothing();
  }

  /**
   * @param {string} market
   * @param {string} kind
   * @param {number} number
   */
  ask(market, kind, number) {
    if (!Number.isInteger(number)) return;
    find(HTMLSelectElement, "follow-market").value = market;
    find(HTMLSelectElement, "follow-kind").value = kind;
    find(HTMLInputElement, "follow-number").value = String(number);
    this.send({ do: "follow", market: market === "b" ? "b" : "a", kind: kind === "home" ? "home" : "child", number });
  }

  /** @param {Known} known */
  state({ state }) {
    find(HTMLElement, "unfollow").hidden = !state.following;
    if (!state.following) this.nothing();
  }

  nothing() {
    this.drawn = "";
    const words = "Choose a child by its number or a home by its row, or press Follow in What happened.";
    this.ground.replaceChildren(html("p", { class: "quiet", text: words }));
  }

  /** @param {Told} message */
  told(message) {
    const all = JSON.stringify(message);
    if (all === this.drawn) return;
    this.drawn = all;
    find(HTMLElement, "unfollow").hidden = false;
    this.ground.replaceChildren(...life(message));
  }
}

/**
 * @param {string} id
 * @param {string} or
 */
function read(id, or) {
  return find(HTMLSelectElement, id).value || or;
}

/**
 * @param {Told} message
 */
function life({ market, kind, told }) {
  const head = HEADS.map((key) => told[key]).filter((one) => typeof one === "string");
  /** @type {HTMLElement[]} */
  const nodes = [html("h2", {}, badge(market === "a" ? 0 : 1), ` ${head[0] ?? `${capital(kind)} ${plain(told.number)}`}`), ...head.slice(1).map((text) => html("p", { text }))];
  const { entries: last, ...first } = told; // a life is long: it comes last
  for (const [key, value] of Object.entries({ ...first, entries: last })) {
    if (HEADS.includes(key) && typeof value === "string") continue;
    if (HIDDEN.includes(key) || empty(value)) continue;
    nodes.push(...part(key, value));
  }
  return nodes;
}

/**
 * One part of what is told, with a heading.
 * @param {string} key
 * @param {unknown} value
 * @returns {HTMLElement[]}
 */
function part(key, value) {
  if (key === "series" && isDict(value)) return series(value);
  if (key === "entries" && Array.isArray(value)) return [html("h2", { text: "Its life" }), entries(value)];
  if (!isDict(value) && !Array.isArray(value)) return [html("p", {}, html("b", { text: `${named(key)}: ` }), plain(value))];
  return [html("h2", { text: named(key) }), shape(value)];
}

/**
 * The entries of a life, the newest first.
 * @param {unknown[]} all
 */
function entries(all) {
  const items = all.map((one) => {
    if (!isDict(one)) return html("li", {}, shape(one));
    const { week, date, words, ...rest } = one;
    const when = [week === undefined ? "" : `Week ${plain(week)}`, day(plain(date))].filter(Boolean).join(", ");
    const made = html("li", {}, html("b", { text: when }), html("span", { text: ` ${plain(words)}` }));
    const more = Object.entries(rest).filter(([, value]) => !empty(value));
    if (more.length) made.append(html("details", {}, html("summary", { text: "How that came" }), ...more.map(([, value]) => shape(value))));
    return made;
  });
  return html("ol", { class: "life" }, ...items.reverse());
}

/**
 * Anything, by its shape.
 * @param {unknown} value
 * @returns {HTMLElement}
 */
function shape(value) {
  if (Array.isArray(value)) {
    if (value.length && value.every((one) => isDict(one) || Array.isArray(one))) return table(value);
    return html("ul", {}, ...value.map((one) => html("li", {}, shape(one))));
  }
  if (isDict(value)) {
    const pairs = Object.entries(value).filter(([, one]) => !empty(one));
    return html("dl", {}, ...pairs.flatMap(([key, one]) => [html("dt", { text: named(key) }), html("dd", {}, shape(one))]));
  }
  return html("span", { text: plain(value) });
}

/** @param {unknown[]} rows dicts, or lists */
function table(rows) {
  const keys = [...new Set(rows.flatMap((row) => (isDict(row) ? Object.keys(row) : [])))];
  const body = rows.map((row) => {
    const cells = isDict(row) ? keys.map((key) => row[key]) : /** @type {unknown[]} */ (row);
    return html("tr", {}, ...cells.map((cell) => html("td", {}, shape(cell))));
  });
  const head = html("thead", {}, html("tr", {}, ...keys.map((key) => html("th", { scope: "col", text: named(key) }))));
  return html("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Table" }, html("table", {}, ...(keys.length ? [head] : []), html("tbody", {}, ...body)));
}

/**
 * Lines over weeks: a small chart each.
 * @param {Dict} all
 */
function series(all) {
  const charts = Object.entries(all).flatMap(([key, values]) => {
    if (!Array.isArray(values) || !values.some(known)) return [];
    const digits = values.some((value) => known(value) && Math.abs(value) >= 20) ? 0 : 1;
    const chart = new Chart({ name: key, label: named(key), unit: "by week", factor: 1, digits, meaning: "" });
    chart.draw([/** @type {Value[]} */ (values), []], values.length, marked(values.length));
    chart.lonely();
    return [chart.node];
  });
  return charts.length ? [html("div", { class: "charts" }, ...charts)] : [];
}

/** @param {string} key */
function named(key) {
  return capital(key.replaceAll("_", " "));
}

/** @param {unknown} value */
function plain(value) {
  if (typeof value === "number") return number(value, Number.isInteger(value) ? 0 : 1);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null || value === undefined ? "" : String(value);
}

/** @param {unknown} value */
function empty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length) || (isDict(value) && !Object.keys(value).length);
}

/**
 * @param {unknown} value
 * @returns {value is Dict}
 */
function isDict(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
