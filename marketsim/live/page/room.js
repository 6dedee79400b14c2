// What the page knows of the room. Every week is remembered as it comes; the page is drawn from the newest, at most once
// a frame.

/**
 * @typedef {object} Listener what a part of the page does with what it hears
 * @property {(known: Known) => void} [state] all is new
 * @property {(tick: Tick) => void} [tick] a week, also one that is never drawn
 * @property {(known: Known) => void} [draw] the newest week, in a frame
 * @property {(why: Why) => void} [why]
 * @property {(told: Told) => void} [told]
 * @property {(said: Said) => void} [said]
 * @property {(hall: Hall) => void} [hall] of a workshop
 */

export class Room {
  constructor() {
    /** @type {Known | null} */
    this.known = null;
    /** @type {Listener[]} */
    this.listeners = [];
    this.frame = 0;
  }

  /** @param {Listener} listener */
  tell(listener) {
    this.listeners.push(listener);
  }

  /** @param {Message} message */
  heard(message) {
    if (message.type === "state") this.begin(message);
    else if (message.type === "tick") this.go(message);
    else if (message.type === "why") for (const one of this.listeners) one.why?.(message);
    else if (message.type === "told") for (const one of this.listeners) one.told?.(message);
    else if (message.type === "hall") for (const one of this.listeners) one.hall?.(message);
    else if (message.type === "said") for (const one of this.listeners) one.said?.(message);
  }

  /** @param {State} state */
  begin(state) {
    const known = { state, tick: state.tick, history: state.history };
    this.known = known;
    for (const one of this.listeners) one.state?.(known);
    for (const one of this.listeners) one.tick?.(state.tick);
    this.soon();
  }

  /** @param {Tick} tick */
  go(tick) {
    if (!this.known) return; // of a room that isn't known yet
    this.known.tick = tick;
    if (tick.week > 0) this.remember(this.known, tick);
    for (const one of this.listeners) one.tick?.(tick);
    this.soon();
  }

  /**
   * @param {Known} known
   * @param {Tick} tick
   */
  remember(known, tick) {
    for (const market of [0, 1]) {
      tick.numbers[market].forEach((value, number) => {
        const past = (known.history[market][number] ??= []);
        while (past.length < tick.week - 1) past.push(null); // weeks that were never told
        past[tick.week - 1] = value;
      });
    }
  }

  /** Draw in the next frame; weeks that come before it are drawn together. */
  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const known = this.known;
      if (known) for (const one of this.listeners) one.draw?.(known);
    });
  }
}
