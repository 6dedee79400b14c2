// Four small charts, of the first four numbers.

import { Chart } from "./chart.js";
import { find, write } from "./dom.js";

const SHOWN = 4;
const YEAR = 52; // weeks

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

  /** @param {Measure[]} measures */
  build(measures) {
    this.charts = measures.map((measure) => new Chart(measure));
    this.ground.replaceChildren(...this.charts.map((chart) => chart.node));
  }

  /** @param {Known} known */
  draw({ state, tick, history }) {
    this.week = tick.week;
    const last = Math.min(state.weeks, Math.max(1, Math.ceil(tick.week / YEAR)) * YEAR); // the years begun so far
    const marks = marked(last);
    this.charts.forEach((chart, row) => chart.draw([history[0][row] ?? [], history[1][row] ?? []], last, marks));
  }
}

/**
 * A mark a year; the first and the last in words.
 * @param {number} last
 */
export function marked(last) {
  const marks = [];
  for (let value = 0; value < last; value += YEAR) marks.push({ value, text: value ? "" : "0" });
  return [...marks, { value: last, text: `week ${last}` }];
}
