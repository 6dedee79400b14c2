// What is taken home: both markets as scenario files, and a report of runs in the background.

import { query } from "./connection.js";
import { find, write } from "./dom.js";

export class Save {
  /** @param {Send} send */
  constructor(send) {
    for (const letter of ["a", "b"]) find(HTMLAnchorElement, `save-${letter}`).href = `/save/${letter}.yaml${query("token")}`;
    find(HTMLFormElement, "report").addEventListener("submit", (event) => {
      event.preventDefault();
      send({ do: "report", replicates: find(HTMLInputElement, "replicates").valueAsNumber });
    });
  }

  /** @param {Known} known */
  state({ state: { report } }) {
    find(HTMLElement, "reporting").hidden = !report;
    if (!report) return;
    const bar = find(HTMLProgressElement, "progress");
    bar.max = Math.max(1, report.all);
    bar.value = report.done;
    write(find(HTMLElement, "progress-words"), report.said || `${report.done} of ${report.all} runs done`);
    const link = find(HTMLAnchorElement, "report-link");
    link.hidden = !report.address;
    if (report.address) link.href = report.address + query("token");
  }
}
