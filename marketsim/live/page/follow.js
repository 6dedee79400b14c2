// The life of a child or home that is followed: where it stands now comes first, then what happened, the newest first.

import { Chart } from "./chart.js";
import { marked } from "./charts.js";
import { badge, bars, button, find, html, pairs, svg, table } from "./dom.js";
import { capital, day, known, number } from "./words.js";

export class Follow {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    this.ground = find(HTMLElement, "told");
    this.drawn = "";
    this.of = "";
    this.books = new Books();
    const form = find(HTMLFormElement, "follow");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(read("follow-market", "b"), read("follow-kind", "home"), find(HTMLInputElement, "follow-number").valueAsNumber);
    });
    find(HTMLElement, "unfollow").addEventListener("click", () => send({ do: "unfollow" }));
    this.nothing();
  }

  /**
   * @param {string} market
   * @param {string} kind
   * @param {number} number
   */
  ask(market, kind, number) {
    if (!Number.isInteger(number)) return;
    find(HTMLSelectElement, "follow-market").value = market;
    find(HTMLSelectElement, "follow-kind").value = kind;
    find(HTMLInputElement, "follow-number").value = String(number);
    this.send({ do: "follow", market: market === "b" ? "b" : "a", kind: kind === "home" ? "home" : "child", number });
  }

  /** @param {Known} known */
  state({ state }) {
    find(HTMLElement, "unfollow").hidden = !state.following;
    if (!state.following) this.nothing();
  }

  nothing() {
    this.drawn = this.of = "";
    const words = "Choose a child by its number or a home by its row, or press Follow in What happened.";
    this.ground.replaceChildren(html("p", { class: "quiet", text: words }));
  }

  /** @param {Told} message */
  told(message) {
    const all = JSON.stringify(message);
    if (all === this.drawn) return;
    this.drawn = all;
    const { market, kind, told } = message;
    const of = `${market} ${kind} ${told.number ?? told.home}`;
    if (of !== this.of) this.books = new Books();
    find(HTMLElement, "unfollow").hidden = false;
    const open = of === this.of ? this.opened() : [];
    const on = this.ground.contains(document.activeElement) ? document.activeElement?.closest("[data-key]")?.getAttribute("data-key") : null;
    this.of = of;
    const head = html("h2", {}, badge(market === "a" ? 0 : 1), ` ${told.title}`);
    const who = html("p", { text: String(told.who ?? "") });
    this.ground.replaceChildren(head, who, ...(kind === "child" ? this.child(market, told) : this.home(market, told)));
    for (const node of this.ground.querySelectorAll("details")) {
      node.open = open.includes(node.dataset.key ?? "");
      if (on && node.dataset.key === on) node.querySelector("summary")?.focus();
    }
  }

  /** What somebody has opened stays open when another week is told. */
  opened() {
    return [...this.ground.querySelectorAll("details")].flatMap((node) => (node.open ? [node.dataset.key ?? ""] : []));
  }

  /**
   * @param {Market} market
   * @param {Life} told
   * @returns {HTMLElement[]}
   */
  child(market, { about, now, entries = [], followed_since_week: since }) {
    const { words = "", cost, spent, since_week: from, route, contract, home, out_of_area: out, own_staff_gbp_per_week: own } = now ?? {};
    const rows = [
      ["Since", from === undefined ? "" : week(from)],
      ["Bought by", route ? `${route}${contract ? ", a place held by contract" : ""}` : ""],
      ["Area", out === undefined ? "" : out ? "out of her authority's area" : "in her authority's area"],
      ["Own staff", own ? `${number(own)} GBP a week` : ""],
      ["Paid so far", spent && `${spent}${since ? `, since week ${since}` : ""}`],
    ];
    const stands = html("section", { class: "stands" }, html("p", { class: "first", text: words }));
    if (cost && !cost.startsWith("0 ")) stands.append(html("p", { class: "cost", text: cost }));
    stands.append(pairs(rows));
    if (home !== undefined) stands.append(this.to(market, "home", home));
    const more = about ? [html("details", { "data-key": "about" }, html("summary", { text: "More about her" }), pairs(describe(about)))] : [];
    return [stands, ...more, html("h2", { text: "Her way" }), this.life(market, entries)];
  }

  /**
   * @param {Market} market
   * @param {Life} told
   * @returns {HTMLElement[]}
   */
  home(market, { about, totals, series, refusals, stood_empty: empty = [], entries = [] }) {
    /** @type {HTMLElement[]} */
    const nodes = [];
    if (totals && totals.weeks) {
      const { left_gbp: left, income_gbp: income, cost_gbp: cost, occupied_share: share, weeks, weeks_with_an_empty_place: some, weeks_without_residents: none } = totals;
      const words = left < 0 ? "short" : "left over";
      const section = html("section", { class: "stands" }, html("p", { class: "first", text: `In ${many(weeks, "week")}` }), html("p", { class: "cost", text: `${number(Math.abs(left))} GBP ${words}` }));
      section.append(pairs([
        ["Income", `${number(income)} GBP`],
        ["Running cost", `${number(cost)} GBP`],
        ["Places now", places(series)],
        ["Places occupied", share === null ? "" : `${number(100 * share)}%`],
        ["With an empty place", `${many(some, "week")}${none ? `, ${none} of them without any resident` : ""}`],
      ]));
      nodes.push(section);
    }
    if (series) nodes.push(...this.books.draw(series));
    if (refusals) nodes.push(...this.refused(market, refusals));
    if (empty.length) {
      const runs = [...empty].reverse().map(({ from_week: from, to_week: to, most_empty: most }) => [from === to ? `Week ${from}` : `Weeks ${from} to ${to}`, many(to - from + 1, "week"), String(most)]);
      nodes.push(html("h2", { text: "When it stood empty" }), table("Weeks with an empty place", ["When", "How long", "Most empty places"], runs));
    }
    if (about) nodes.push(html("details", { "data-key": "about" }, html("summary", { text: "More about it" }), pairs(describe(about))));
    return [...nodes, html("h2", { text: "Its life" }), this.life(market, entries)];
  }

  /**
   * @param {Market} market
   * @param {Refusals} refusals
   * @returns {HTMLElement[]}
   */
  refused(market, { asked, offered, reasons, latest }) {
    const words = asked ? `Asked ${many(asked, "time")}, it offered a place ${many(offered, "time")}.` : "Nobody has asked it for a place yet.";
    /** @type {HTMLElement[]} */
    const nodes = [html("h2", { text: "Whom it refused, and why" }), html("p", { text: words })];
    if (reasons.length) nodes.push(bars("Reasons for refusing", reasons));
    if (latest.length) {
      const list = latest.map(({ week, words: said, child }) => {
        return html("li", {}, html("b", { text: `Week ${week}` }), html("span", { text: ` ${said} ` }), ...(child === undefined ? [] : [this.to(market, "child", child, "Follow")]));
      });
      nodes.push(html("details", { "data-key": "refusals" }, html("summary", { text: "The latest" }), html("ul", { class: "plain" }, ...list)));
    }
    return nodes;
  }

  /**
   * The entries of a life, the newest first.
   * @param {Market} market
   * @param {Entry[]} all
   */
  life(market, all) {
    if (!all.length) return html("p", { class: "quiet", text: "Nothing yet: let some weeks pass." });
    const items = all.map(({ week: at, date, words, search, fee, child }, key) => {
      const said = html("p", { text: `${words} ` });
      if (child !== undefined) said.append(this.to(market, "child", child, "Follow"));
      const made = html("li", {}, html("b", { text: `${capital(week(at))}, ${day(date)}` }), said);
      if (search && (search.asked || search.not_asked.length)) made.append(this.search(market, search, key));
      if (fee) made.append(html("details", { "data-key": `fee ${key}` }, html("summary", { text: "How the fee was made" }), pairs(made_of(fee))));
      return made;
    });
    return html("ol", { class: "life" }, ...items.reverse());
  }

  /**
   * @param {Market} market
   * @param {Search} search
   * @param {number} at
   */
  search(market, { asked, homes_asked: apart, answers, not_asked: others, homes }, at) {
    const node = html("details", { "data-key": `search ${at}` }, html("summary", { text: "What they answered" }));
    if (asked > apart) node.append(html("p", { class: "quiet", text: "A home that was asked in several ways counts once for each." }));
    if (answers.length) node.append(bars("Answers of homes that were asked", answers));
    if (homes.length) {
      const rows = homes.map(({ home, provider, host_area: area, miles, route, answer, fee }) => [
        html("span", {}, this.to(market, "home", home), ` ${provider}, ${area}`),
        html("span", { text: number(miles) }),
        html("span", {}, capital(answer), fee ? html("b", { text: `, ${fee}` }) : "", html("span", { class: "quiet", text: `, ${route}` })),
      ]);
      node.append(table("Homes that were asked", ["Home", "Miles", "Answer"], rows));
    }
    if (others.length) node.append(html("p", {}, html("b", { text: "Not asked" })), bars("Why others were not asked", others));
    return node;
  }

  /**
   * A button to follow somebody else.
   * @param {Market} market
   * @param {Kind} kind
   * @param {number} which
   * @param {string} text
   */
  to(market, kind, which, text = `${capital(kind)} ${which}`) {
    return button({ class: "small", text, "aria-label": `Follow the ${kind} ${which}` }, () => this.ask(market, kind, which));
  }
}

/**
 * @param {string} id
 * @param {string} or
 */
function read(id, or) {
  return find(HTMLSelectElement, id).value || or;
}

/**
 * How its places stand in the latest week.
 * @param {Series} [series]
 */
function places({ residents = [], empty_places: empty = [], blocked_places: blocked = [] } = {}) {
  const last = (/** @type {Value[]} */ all) => all[all.length - 1] ?? 0;
  if (!residents.length) return "";
  return `${last(residents)} lived in, ${last(empty)} empty${last(blocked) ? `, ${last(blocked)} that can't be filled` : ""}`;
}

/** @param {number} which */
function week(which) {
  return which > 0 ? `week ${which}` : "before the beginning";
}

/**
 * @param {number} count
 * @param {string} thing
 */
function many(count, thing) {
  return `${number(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/**
 * What is known of somebody, in pairs.
 * @param {Record<string, string | number | boolean | null>} about
 * @returns {[string, string][]}
 */
function describe(about) {
  return Object.entries(about).flatMap(([key, value]) => {
    if (value === null || value === "") return [];
    return [[capital(key.replaceAll("_", " ")), typeof value === "boolean" ? (value ? "yes" : "no") : String(value)]];
  });
}

/**
 * The parts of a fee that are something.
 * @param {Record<string, unknown>} fee
 * @returns {[string, string][]}
 */
function made_of(fee) {
  const parts = { asked_on_the_spot: "Asked on the spot", offered: "Offered for", on_top: fee.bid_up ? "On top, bid up" : "On top", own_staff: "Her own staff", total: "Fee", empty_place_beside: "Empty place beside" };
  return Object.entries(parts).flatMap(([key, words]) => {
    const value = fee[`${key}_gbp_per_week`];
    return typeof value === "number" && Math.round(value) ? [[words, `${number(value)} GBP a week`]] : [];
  });
}

/** A home's books: income against cost, and its empty places, by week. The charts last from week to week. */
class Books {
  constructor() {
    this.money = new Chart(measure("Income and running cost", "GBP a week", 0));
    this.empty = new Chart(measure("Empty places", "that could be filled", 0));
    const key = html("p", { class: "key" }, stroke("a"), html("span", { text: "income" }), stroke("b"), html("span", { text: "running cost" }));
    this.money.node.querySelector("figcaption")?.append(key);
    for (const chart of [this.money, this.empty]) chart.lonely();
    this.node = html("div", { class: "charts books" }, this.money.node, this.empty.node);
  }

  /**
   * @param {Series} series
   * @returns {HTMLElement[]}
   */
  draw({ income_gbp_a_week: income = [], running_cost_gbp_a_week: cost = [], empty_places: empty = [] }) {
    if (!income.some(known)) return [];
    const marks = marked(income.length);
    this.money.draw([income, cost], income.length, marks);
    this.empty.node.hidden = !empty.some(Boolean); // it never stood empty
    this.empty.draw([empty, []], empty.length, marks);
    const last = (/** @type {Value[]} */ all) => number(all[all.length - 1] ?? 0);
    this.money.picture.setAttribute("aria-label", `By week since it is followed: income is now ${last(income)} GBP a week, running cost ${last(cost)}.`);
    this.empty.picture.setAttribute("aria-label", `Empty places by week since it is followed: now ${last(empty)}.`);
    return [this.node];
  }
}

/** @param {string} label @param {string} unit @param {number} digits @returns {Measure} */
function measure(label, unit, digits) {
  return { name: label, label, unit, factor: 1, digits, meaning: "" };
}

/** @param {string} letter */
function stroke(letter) {
  return svg("svg", { class: "stroke", viewBox: "0 0 40 10", "aria-hidden": "true" }, svg("path", { class: `of-${letter}`, d: "M0 5H40" }));
}
