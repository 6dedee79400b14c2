// The story of a question: five screens that all pages show at once.

import { button, find, html } from "./dom.js";

export class Stories {
  /**
   * @param {Send} send
   * @param {() => void} turned told when another screen is shown
   */
  constructor(send, turned) {
    this.send = send;
    this.turned = turned;
    this.of = "";
    find(HTMLFormElement, "begin").addEventListener("submit", (event) => {
      event.preventDefault();
      this.turn(find(HTMLSelectElement, "begin-question").value, 0);
    });
  }

  /**
   * @param {string} question
   * @param {number} screen
   */
  turn(question, screen) {
    this.send({ do: "turn", question, screen });
  }

  /** @param {Known} known */
  state({ state: { story } }) {
    const of = JSON.stringify(story);
    if (of === this.of) return;
    const first = !this.of; // who opens the page stays where the address leads
    this.of = of;
    find(HTMLElement, "begin").hidden = Boolean(story);
    const ground = find(HTMLElement, "story");
    if (!story) return ground.replaceChildren();
    ground.replaceChildren(...this.screen(story));
    if (!first) this.turned();
  }

  /** @param {Story} story */
  screen({ question, screen, screens }) {
    const shown = screens[screen];
    if (!shown) return [];
    const asks = shown.do.map(({ label, send }) => button({ text: label, class: "main" }, () => this.send(send)));
    const to = (/** @type {string} */ text, /** @type {number} */ at) => {
      const made = button({ text }, () => this.turn(question, at));
      if (at < 0 || at >= screens.length) made.hidden = true;
      return made;
    };
    const leave = button({ text: "Leave the story" }, () => this.turn("", 0));
    return [
      html("p", { class: "quiet", text: `Screen ${screen + 1} of ${screens.length}` }),
      html("h2", { text: shown.title }),
      ...shown.lines.map((text) => html("p", { text })),
      html("p", { class: "row" }, ...asks),
      html("p", { class: "row turning" }, to("Back", screen - 1), to("Next", screen + 1), leave),
    ];
  }
}
