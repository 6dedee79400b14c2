// Five classes of values from light to dark, the same for both maps. Their bounds are round and stay, so that a colour
// means the same from week to week; they widen when a tenth of the values has left them.

import { known } from "./words.js";

export const CLASSES = 5;
export const UNKNOWN = CLASSES; // the class of those of whom nothing is known
const OUTSIDE = 0.1; // share of values in the open classes' far ends that is still borne
const FEWEST = 3; // values without which there is nothing to divide

export class Classes {
  /**
   * @param {number} factor by which values are multiplied before they are shown: bounds are round as shown
   * @param {number} most beyond which no value can lie
   */
  constructor(factor, most = Infinity) {
    this.factor = factor;
    this.most = most;
    /** @type {number[]} the four bounds between the classes, as shown; none as long as nothing is known */
    this.bounds = [];
    this.step = 0;
    this.low = Infinity;
    this.high = -Infinity;
  }

  /**
   * Widens the classes if these values ask for it; whether it did.
   * @param {Value[]} values
   */
  fit(values) {
    const shown = values.filter(known).map((value) => value * this.factor).sort((one, other) => one - other);
    if (shown.length < FEWEST) return false;
    const at = (/** @type {number} */ share) => shown[Math.round(share * (shown.length - 1))];
    if (this.bounds.length && !this.left(shown)) return false;
    this.low = Math.min(this.low, at(0.04));
    this.high = Math.max(this.high, at(0.96));
    if (this.high - this.low < 1e-9) return false;
    this.divide();
    return true;
  }

  /** @param {number[]} shown */
  left(shown) {
    const from = this.bounds[0] - this.step;
    const to = this.bounds[CLASSES - 2] + this.step;
    const out = shown.filter((value) => value < from || value > to).length;
    return out > OUTSIDE * shown.length;
  }

  divide() {
    for (let step = round((this.high - this.low) / CLASSES); ; step = round(step * 1.2)) {
      const from = Math.min(Math.floor(this.low / step) * step, Math.floor(this.most / step - CLASSES) * step);
      if (from + CLASSES * step < this.high - step * 0.3) continue;
      this.step = step;
      this.bounds = [1, 2, 3, 4].map((times) => Number((from + times * step).toPrecision(12)));
      return;
    }
  }

  /**
   * The class of a value.
   * @param {Value} value
   */
  of(value) {
    if (!known(value) || !this.bounds.length) return UNKNOWN;
    const shown = value * this.factor;
    let found = 0;
    while (found < CLASSES - 1 && shown >= this.bounds[found]) found += 1;
    return found;
  }
}

/**
 * The next round number from here on: 1, 2, 2.5 or 5 times a power of ten.
 * @param {number} least
 */
function round(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return times * power;
}
