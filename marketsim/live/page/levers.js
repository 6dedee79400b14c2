// Levers: sliders, shocks, and one past with two futures.

import { badge, button, find, html, write } from "./dom.js";
import { capital, digits, known as isKnown, number } from "./words.js";

const PAUSE = 200; // milliseconds between what a slider that moves sends
const HELD = 1000; // milliseconds for which a slider that was moved isn't moved by the room

export class Levers {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    /** @type {Lever[]} */
    this.levers = [];
    this.of = "";
    this.branch("b", "a");
    this.branch("a", "b");
    for (const radio of document.getElementsByName("which")) radio.addEventListener("change", () => this.values());
  }

  /** @returns {Which} */
  get which() {
    const chosen = document.querySelector('input[name="which"]:checked');
    const value = chosen instanceof HTMLInputElement ? chosen.value : "b";
    return value === "a" || value === "both" ? value : "b";
  }

  /**
   * @param {"a" | "b"} to
   * @param {"a" | "b"} from
   */
  branch(to, from) {
    const node = find(HTMLElement, `branch-${to}-from-${from}`);
    node.addEventListener("click", () => this.send({ do: "branch", market: from }));
  }

  /** @param {Known} known */
  state({ state }) {
    const of = JSON.stringify([state.sliders.map((slider) => ({ ...slider, value: 0 })), state.shocks]);
    if (of !== this.of) this.build(state);
    this.of = of;
    state.sliders.forEach((slider, row) => (this.levers[row].slider = slider));
    this.values();
    changes(state.markets);
  }

  /** @param {State} state */
  build({ sliders, shocks }) {
    this.levers = sliders.map((slider) => new Lever(slider, (value) => this.change(slider.name, value)));
    find(HTMLElement, "sliders").replaceChildren(...this.levers.map((lever) => lever.node));
    const all = shocks.map(({ name, label, meaning }) => {
      const press = () => this.send({ do: "shock", market: this.which, shock: name });
      const made = button({ id: `shock-${name}`, text: label, "aria-describedby": `shock-${name}-means` }, press);
      return html("p", { class: "shock" }, made, html("span", { id: `shock-${name}-means`, text: capital(meaning) }));
    });
    find(HTMLElement, "shocks").replaceChildren(...all);
  }

  /**
   * @param {string} slider
   * @param {number} value
   */
  change(slider, value) {
    this.send({ do: "change", market: this.which, slider, value });
  }

  values() {
    for (const lever of this.levers) lever.show(this.which);
  }
}

class Lever {
  /**
   * @param {Slider} slider
   * @param {(value: number) => void} moved
   */
  constructor(slider, moved) {
    this.slider = slider;
    this.moved = moved;
    const { name, label, meaning } = slider;
    const id = `slider-${name}`;
    this.input = input(slider, { id, "data-asks": "", "aria-describedby": `${id}-means` });
    this.output = html("output", { for: id });
    const head = html("p", { class: "lever-head" }, html("label", { for: id, text: label }), this.output);
    this.node = html("div", { class: "lever" }, head, this.input, html("p", { id: `${id}-means`, class: "quiet", text: capital(meaning) }));
    this.touched = -Infinity;
    this.sent = -Infinity;
    this.timer = 0;
    /** @type {number | undefined} the value that was sent last */
    this.told = undefined;
    this.input.addEventListener("input", () => this.slide());
    this.input.addEventListener("change", () => this.tell());
  }

  /** While it moves: at most five times a second. */
  slide() {
    this.touched = performance.now();
    write(this.output, this.words(Number(this.input.value)));
    clearTimeout(this.timer);
    const wait = Math.max(0, this.sent + PAUSE - performance.now());
    this.timer = window.setTimeout(() => this.tell(), wait);
  }

  tell() {
    clearTimeout(this.timer);
    const value = Number(this.input.value);
    this.touched = performance.now();
    if (value === this.told) return; // the same again, on letting go
    this.sent = performance.now();
    this.told = value;
    this.moved(value);
  }

  /**
   * Shows the value in a market; of both if they differ.
   * @param {Which} which
   */
  show(which) {
    if (performance.now() - this.touched < HELD) return;
    this.told = undefined;
    const [a, b] = this.slider.value;
    const value = which === "a" ? a : b;
    if (isKnown(value)) this.input.value = String(value);
    this.input.toggleAttribute("data-none", !isKnown(value));
    this.input.disabled = !isKnown(value) || document.body.hasAttribute("data-rests");
    const both = which === "both" && a !== b;
    this.output.hidden = !both && this.slider.choices.length > 0; // the list says it
    write(this.output, both ? `a ${this.words(a)}, b ${this.words(b)}` : this.words(value));
  }

  /** @param {number | null} value */
  words(value) {
    const { choices, step, unit } = this.slider;
    if (!isKnown(value)) return "none here";
    if (choices.length) return choices[value] ?? "";
    if (unit === "share") return `${number(100 * value, Math.max(0, digits(step) - 2))}%`;
    if (unit === "ratio") return `× ${number(value, digits(step))}`;
    return unit.startsWith("%") ? number(value, digits(step)) + unit : `${number(value, digits(step))} ${unit}`.trim();
  }
}

/**
 * A range, or a list where values stand for words.
 * @param {Slider} slider
 * @param {Record<string, string>} given
 */
function input({ choices, least, most, step }, given) {
  if (!choices.length) return html("input", { type: "range", min: least, max: most, step, ...given });
  return html("select", given, ...choices.map((text, value) => html("option", { value, text })));
}

/**
 * What was changed in the room, market by market.
 * @param {Shown[]} markets
 */
function changes(markets) {
  const lists = markets.flatMap(({ changes: made }, market) => {
    if (!made.length) return [];
    return [html("div", { class: "changed" }, badge(market), html("ul", {}, ...made.map((text) => html("li", { text }))))];
  });
  find(HTMLElement, "changes").replaceChildren(...(lists.length ? lists : [html("p", { class: "quiet", text: "Nothing yet." })]));
}
