// Four small charts, of the first four numbers.

import { Chart } from "./chart.js";
import { find, write } from "./dom.js";

/** @typedef {import("./room.js").Known} Known */

const SHOWN = 4;
const YEAR = 365.25 / 7; // weeks

export class Charts {
  constructor() {
    this.ground = find(HTMLElement, "charts");
    /** @type {Chart[]} */
    this.charts = [];
    this.of = "";
    this.week = 0;
  }

  /** @param {Known} known */
  state({ state, tick }) {
    for (const { letter, label } of state.markets) write(find(HTMLElement, `key-${letter}`), `${letter}: ${label}`);
    const of = JSON.stringify([state.numbers, state.markets.map((one) => one.label), state.start]);
    if (of !== this.of || tick.week < this.week) this.build(state.numbers.slice(0, SHOWN));
    this.of = of;
  }

  /** @param {import("./types.d.ts").Measure[]} measures */
  build(measures) {
    this.charts = measures.map((measure) => new Chart(measure));
    this.ground.replaceChildren(...this.charts.map((chart) => chart.node));
  }

  /** @param {Known} known */
  draw({ state, tick, history }) {
    this.week = tick.week;
    const last = Math.min(state.weeks, Math.max(1, Math.ceil(tick.week / 52)) * 52); // the years begun so far
    const marks = years(state.start, last);
    this.charts.forEach((chart, row) => chart.draw([history[0][row] ?? [], history[1][row] ?? []], last, marks));
  }
}

/**
 * Marks where calendar years begin; weeks for short runs.
 * @param {string} start
 * @param {number} weeks
 */
export function years(start, weeks) {
  const begin = new Date(start);
  if (Number.isNaN(begin.getTime()) || weeks < 1.5 * YEAR) {
    return [0, weeks].map((value) => ({ value, text: value ? `week ${value}` : "0" }));
  }
  const marks = [];
  for (let year = begin.getUTCFullYear(); ; year += 1) {
    const value = (Date.UTC(year, 0, 1) - begin.getTime()) / (7 * 24 * 3600 * 1000);
    if (value > weeks) return marks;
    if (value >= 0) marks.push({ value, text: String(year) });
  }
}
