// Tabs as WAI-ARIA describes them: arrow keys go from tab to tab, one of them is in the order of the Tab key.

import { remember, remembered } from "./place.js";

export class Tabs {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.tabs = [...list.querySelectorAll("button")];
    list.addEventListener("click", (event) => {
      const tab = event.target instanceof Element && event.target.closest("button");
      if (tab) this.show(name(tab));
    });
    list.addEventListener("keydown", (event) => this.key(event));
    const there = this.there.map(name);
    this.show(there.includes(remembered("tab")) ? remembered("tab") : there[0]);
  }

  /** Those that this room has. */
  get there() {
    return this.tabs.filter((tab) => !tab.hidden);
  }

  /** @param {string} chosen */
  show(chosen) {
    for (const tab of this.tabs) {
      const is = name(tab) === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      document.getElementById(`panel-${name(tab)}`)?.toggleAttribute("hidden", !is);
    }
    if (remembered("tab") !== chosen) remember("tab", chosen);
    document.dispatchEvent(new CustomEvent("shown"));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const tabs = this.there;
    const last = tabs.length - 1;
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    tabs[to].focus();
    this.show(name(tabs[to]));
  }
}

/** @param {HTMLElement} tab */
function name(tab) {
  return tab.id.replace("tab-", "");
}
