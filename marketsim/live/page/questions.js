// Other questions to open: those that ship, by folder.

import { find, html, write } from "./dom.js";
import { capital } from "./words.js";

export class Questions {
  /** @param {Send} send */
  constructor(send) {
    this.select = find(HTMLSelectElement, "open-question");
    /** @type {Question[]} */
    this.all = [];
    this.of = "";
    this.select.addEventListener("change", () => this.words());
    find(HTMLFormElement, "open").addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = this.chosen;
      if (chosen) send({ do: "open", scenario: chosen.baseline || chosen.name, other: chosen.baseline ? chosen.name : null });
    });
  }

  get chosen() {
    return this.all.find(({ name }) => name === this.select.value);
  }

  /** @param {Known} known */
  state({ state }) {
    const of = JSON.stringify([state.questions, state.markets[1]?.label]);
    if (of === this.of) return;
    this.of = of;
    this.all = state.questions;
    for (const id of ["open-question", "begin-question"]) {
      const select = find(HTMLSelectElement, id);
      select.replaceChildren(...groups(this.all));
      select.value = this.all.find(({ name }) => name === state.markets[1]?.label)?.name ?? this.all[0]?.name ?? "";
    }
    this.words();
  }

  words() {
    const chosen = this.chosen;
    const against = chosen?.baseline ? ` a is ${chosen.baseline}, b is ${chosen.name}.` : "";
    write(find(HTMLElement, "open-words"), chosen ? chosen.question + against : "");
  }
}

/** @param {Question[]} questions */
function groups(questions) {
  const folders = [...new Set(questions.map(({ folder }) => folder))];
  return folders.map((folder) => {
    const own = questions.filter((one) => one.folder === folder);
    const options = own.map(({ name }) => html("option", { value: name, text: capital(name.replaceAll("_", " ")) }));
    return html("optgroup", { label: capital(folder.replaceAll("_", " ")) }, ...options);
  });
}
