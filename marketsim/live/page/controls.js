// Time: play, step, reset, speed; the question, the week, and what the room is busy with.

import { find, rest, write } from "./dom.js";
import { fill } from "./maps.js";
import { day } from "./words.js";

const SPEEDS = [0.5, 1, 2, 5, 10, 20, 50];
const TRUST = 700; // milliseconds for which what was pressed is believed against weeks still under way

export class Controls {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    this.play = find(HTMLButtonElement, "play");
    this.speed = find(HTMLSelectElement, "speed");
    this.playing = false;
    this.pressed = 0;
    this.ended = false;
    this.play.addEventListener("click", () => this.toggle());
    find(HTMLElement, "step").addEventListener("click", () => this.step());
    find(HTMLElement, "reset").addEventListener("click", () => this.ask({ do: "reset" }, false));
    this.speed.addEventListener("change", () => send({ do: "speed", weeks_per_second: Number(this.speed.value) }));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  toggle() {
    this.ask({ do: this.playing ? "pause" : "play" }, !this.playing);
  }

  step() {
    this.ask({ do: "step", weeks: 1 }, false);
  }

  /**
   * Shows at once what was asked for; the room confirms it later.
   * @param {Ask} ask
   * @param {boolean} playing
   */
  ask(ask, playing) {
    this.pressed = performance.now();
    this.send(ask);
    this.show(playing);
  }

  /** @param {boolean} playing */
  show(playing) {
    this.playing = playing;
    write(this.play, playing ? "Pause" : "Play");
    this.play.classList.toggle("playing", playing);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || this.play.disabled) return;
    const on = event.target instanceof Element ? event.target : document.body;
    if (on.closest("input, select, textarea")) return;
    if (event.key === " " && !on.closest("button, a, summary")) {
      event.preventDefault();
      if (!event.repeat) this.toggle();
    }
    if (event.key === "n" && !this.ended) this.step();
  }

  /** @param {Known} known */
  state({ state }) {
    const [a, b] = state.markets;
    const question = b?.question || a?.question || state.room;
    write(find(HTMLElement, "question"), question);
    find(HTMLElement, "question").title = question;
    document.title = `${question} - marketsim live`;
    this.busy(state.starting);
    const speeds = [...new Set([...SPEEDS, state.speed])].sort((one, other) => one - other);
    fill(this.speed, speeds.map((speed) => [String(speed), speed === 1 ? "1 week/s" : `${speed} weeks/s`]));
    this.speed.value = String(state.speed);
  }

  /** @param {string} words */
  busy(words) {
    const node = find(HTMLElement, "starting");
    write(node, words);
    node.hidden = !words;
    rest(Boolean(words));
  }

  /** @param {Known} known */
  draw({ state, tick }) {
    write(find(HTMLElement, "week"), `Week ${tick.week} of ${state.weeks}`);
    write(find(HTMLElement, "date"), tick.ended ? `${day(tick.date)}, end` : day(tick.date));
    if (tick.playing === this.playing || performance.now() - this.pressed > TRUST) this.show(tick.playing);
    this.ended = tick.ended;
    for (const node of [this.play, find(HTMLButtonElement, "step")]) {
      node.toggleAttribute("data-none", tick.ended);
      node.disabled = tick.ended || document.body.hasAttribute("data-rests");
    }
  }
}
