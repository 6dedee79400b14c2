// The form of a seat, made from what the server says of its fields.

import { html, write } from "./dom.js";
import { capital, digits, number } from "./words.js";

/** @typedef {{ node: HTMLElement, get: () => unknown, set: (value: unknown) => void }} Control */

export class Form {
  /**
   * @param {HTMLElement} ground
   * @param {() => void} changed told when somebody has changed something
   */
  constructor(ground, changed) {
    this.ground = ground;
    this.changed = changed;
    this.of = "";
    /** @type {Map<string, Control>} by the name of a field */
    this.controls = new Map();
  }

  /** @param {FormField[]} fields */
  build(fields) {
    const of = JSON.stringify(fields);
    if (of === this.of) return;
    this.of = of;
    this.controls = new Map(fields.map((field) => [field.name, this.control(field)]));
    const legend = this.ground.querySelector("legend");
    this.ground.replaceChildren(...(legend ? [legend] : []), ...[...this.controls.values()].map(({ node }) => node));
  }

  /** @returns {Fields} */
  get values() {
    return Object.fromEntries([...this.controls].map(([name, { get }]) => [name, get()]));
  }

  /** @param {Fields} values */
  fill(values) {
    for (const [name, { set }] of this.controls) if (name in values) set(values[name]);
  }

  /**
   * @param {FormField} field
   * @returns {Control}
   */
  control(field) {
    const means = `means-${field.name}`;
    const given = { id: `field-${field.name}`, "data-field": field.name, "aria-describedby": means };
    const help = html("p", { id: means, class: "quiet", text: capital(field.help) });
    if (field.kind === "choice") return this.choice(field, given, help);
    if (field.kind === "number") return this.number(field, given, help);
    if (field.kind === "checks") return this.checks(field, means, help);
    return this.switch(field, given, help);
  }

  /**
   * @param {FormField} field
   * @param {Record<string, string>} given
   * @param {HTMLElement} help
   */
  choice({ label, options }, given, help) {
    const select = html("select", given, ...options.map(([value, words]) => html("option", { value, text: capital(words) })));
    select.addEventListener("change", this.changed);
    const node = html("div", { class: "field" }, html("label", { for: given.id, text: label }), select, help);
    const set = (/** @type {unknown} */ value) => {
      if (options.some(([one]) => one === value)) select.value = String(value);
    };
    return { node, get: () => select.value, set };
  }

  /**
   * A range that also goes step by step.
   * @param {FormField} field
   * @param {Record<string, string>} given
   * @param {HTMLElement} help
   */
  number({ label, least, most, step, unit }, given, help) {
    const fine = digits(step);
    const range = html("input", { type: "range", min: least, max: most, step, ...given });
    const output = html("output", { for: given.id });
    const get = () => Number(range.valueAsNumber.toFixed(fine));
    const show = () => {
      const words = `${number(get(), fine)} ${get() === 1 && fine === 0 ? unit.replace(/s$/, "") : unit}`.trim();
      write(output, words);
      range.setAttribute("aria-valuetext", words);
    };
    const move = (/** @type {number} */ by) => {
      range.value = String(Number((get() + by).toFixed(fine)));
      show();
      this.changed();
    };
    range.addEventListener("input", () => {
      show();
      this.changed();
    });
    const one = (/** @type {string} */ text, /** @type {string} */ words, /** @type {number} */ by) => {
      const made = html("button", { type: "button", class: "step", "aria-label": `${label}: ${words}`, text });
      made.addEventListener("click", () => move(by));
      return made;
    };
    const head = html("p", { class: "lever-head" }, html("label", { for: given.id, text: label }), output);
    const row = html("div", { class: "steps" }, one("\u2212", "less", -step), range, one("+", "more", step));
    const set = (/** @type {unknown} */ value) => {
      if (typeof value === "number" && Number.isFinite(value)) range.value = String(value);
      show();
    };
    show();
    return { node: html("div", { class: "field" }, head, row, help), get, set };
  }

  /**
   * Boxes of which one is ticked at least.
   * @param {FormField} field
   * @param {string} means
   * @param {HTMLElement} help
   */
  checks({ name, label, options }, means, help) {
    const boxes = options.map(([value]) => html("input", { type: "checkbox", value, name, "data-field": name }));
    const none = html("p", { class: "wrong", text: "Tick one at least.", hidden: "" });
    const valid = () => {
      const all = boxes.some((box) => box.checked);
      none.hidden = all;
      boxes[0]?.setCustomValidity(all ? "" : "Tick one at least.");
    };
    for (const box of boxes) {
      box.addEventListener("change", () => {
        valid();
        this.changed();
      });
    }
    const labels = boxes.map((box, at) => html("label", { class: "tick" }, box, capital(options[at][1])));
    const node = html("fieldset", { class: "field", "aria-describedby": means }, html("legend", { text: label }), html("div", { class: "ticks" }, ...labels), none, help);
    const set = (/** @type {unknown} */ value) => {
      if (Array.isArray(value)) for (const box of boxes) box.checked = value.includes(box.value);
      valid();
    };
    return { node, get: () => boxes.filter((box) => box.checked).map((box) => box.value), set };
  }

  /**
   * @param {FormField} field
   * @param {Record<string, string>} given
   * @param {HTMLElement} help
   */
  switch({ label }, given, help) {
    const box = html("input", { type: "checkbox", ...given });
    box.addEventListener("change", this.changed);
    const node = html("div", { class: "field" }, html("label", { class: "tick" }, box, label), help);
    const set = (/** @type {unknown} */ value) => {
      if (typeof value === "boolean") box.checked = value;
    };
    return { node, get: () => box.checked, set };
  }
}

/**
 * Whether two decisions are the same in all fields of the first.
 * @param {Fields} one
 * @param {Fields} other
 */
export function same(one, other) {
  return Object.keys(one).every((name) => JSON.stringify(sorted(one[name])) === JSON.stringify(sorted(other[name])));
}

/** @param {unknown} value */
function sorted(value) {
  return Array.isArray(value) ? [...value].sort() : value;
}
