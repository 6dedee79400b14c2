// What happened: the newest sentences of both markets. The list stands still while somebody is about to press in it.

import { badge, button, find, html } from "./dom.js";

/** @typedef {{ week: number, market: number, one: Happening }} Entry */
/** @typedef {(market: "a" | "b", one: Happening) => void} Follow */

const SHOWN = 12; // of each market

export class Happened {
  /** @param {Follow} follow */
  constructor(follow) {
    this.follow = follow;
    this.list = find(HTMLOListElement, "happened");
    /** @type {Entry[]} newest first */
    this.entries = [];
    this.dirty = true;
    for (const event of ["pointerleave", "focusout"]) this.list.addEventListener(event, () => setTimeout(() => this.draw()));
    document.addEventListener("shown", () => this.draw());
  }

  /** @param {Known} known */
  state({ state }) {
    const told = state.happened.flatMap((all, market) => all.map(([week, one]) => ({ week, market, one })));
    this.entries = kept(told.reverse().sort((one, other) => other.week - one.week));
    this.dirty = true;
  }

  /** @param {Tick} tick */
  tick({ week, happened }) {
    this.entries = this.entries.filter((entry) => entry.week !== week);
    const fresh = happened.flatMap((all, market) => all.map((one) => ({ week, market, one })));
    if (fresh.length) this.entries = kept([...fresh, ...this.entries]);
    this.dirty ||= fresh.length > 0;
  }

  get held() {
    return this.list.matches(":hover") || this.list.contains(document.activeElement);
  }

  draw() {
    if (!this.dirty || this.held || this.list.closest("[hidden]")) return;
    this.dirty = false;
    const nothing = html("li", { class: "quiet", text: "Nothing to tell yet: let some weeks pass." });
    this.list.replaceChildren(...(this.entries.length ? this.weeks() : [nothing]));
  }

  weeks() {
    return [...new Set(this.entries.map(({ week }) => week))].map((week) => {
      const own = together(this.entries.filter((entry) => entry.week === week)).map((entries) => this.item(entries));
      return html("li", {}, html("b", { text: `Week ${week}` }), html("ul", {}, ...own));
    });
  }

  /** @param {Entry[]} entries the same in one market or both */
  item(entries) {
    const [{ market, one }] = entries;
    const badges = html("span", {}, ...entries.flatMap((entry) => [badge(entry.market), " "]));
    const made = html("li", {}, badges, html("span", { text: one.words }));
    if (one.kind) {
      const words = `Follow the ${one.kind} ${one.number} in market ${"ab"[market]}`;
      made.append(button({ text: "Follow", class: "small", "aria-label": words }, () => this.follow(market ? "b" : "a", one)));
    }
    return made;
  }
}

/**
 * What is the same in both markets, told once.
 * @param {Entry[]} entries
 */
function together(entries) {
  /** @type {Map<string, Entry[]>} */
  const found = new Map();
  for (const entry of entries) {
    const same = JSON.stringify(entry.one);
    found.set(same, [...(found.get(same) ?? []), entry]);
  }
  return [...found.values()];
}

/** @param {Entry[]} entries */
function kept(entries) {
  const counts = [0, 0];
  return entries.filter(({ market }) => ++counts[market] <= SHOWN);
}
