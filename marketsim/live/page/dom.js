// Small helpers for HTML and SVG nodes, and what all pages do with them: rest, and say a line. Nodes are made once; later
// only texts and attributes change.

/**
 * The node with this id, of the kind that is expected.
 * @template {Element} T
 * @param {new () => T} kind
 * @param {string} id
 * @returns {T}
 */
export function find(kind, id) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

/**
 * A new HTML element; `text` is its text, all else attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [given]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function html(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  dress(made, given);
  made.append(...children);
  return made;
}

/**
 * A new SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [given]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, given = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(made, given);
  made.append(...children);
  return made;
}

/**
 * @param {Element} node
 * @param {Record<string, string | number>} given
 */
export function dress(node, given) {
  for (const [name, value] of Object.entries(given)) {
    if (name === "text") node.textContent = String(value);
    else node.setAttribute(name, String(value));
  }
}

/**
 * Sets a text if it differs, so that nothing is laid out anew for nothing.
 * @param {Element} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Sets an attribute if it differs.
 * @param {Element} node
 * @param {string} name
 * @param {string} value
 */
export function mark(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/**
 * A button that asks something of the room: it rests while the room is busy or away.
 * @param {Record<string, string | number>} given
 * @param {() => void} press
 */
export function button(given, press) {
  const made = html("button", { type: "button", "data-asks": "", ...given });
  made.disabled = document.body.hasAttribute("data-rests");
  made.addEventListener("click", press);
  return made;
}

/** The size of a rem in pixels. */
export function rem() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/**
 * The letter of a market as a badge: solid rim for a, dashed for b.
 * @param {number} market 0 or 1
 */
export function badge(market) {
  return html("span", { class: `badge badge-${"ab"[market]}`, text: "ab"[market] });
}

/**
 * Pairs of words; those that say nothing are left out.
 * @param {(string | undefined)[][]} rows
 */
export function pairs(rows) {
  const said = rows.filter(([, words]) => words);
  return html("dl", {}, ...said.flatMap(([name, words]) => [html("dt", { text: name ?? "" }), html("dd", { text: words ?? "" })]));
}

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 */
export function table(caption, heads, rows) {
  const head = html("thead", {}, html("tr", {}, ...heads.map((text) => html("th", { scope: "col", text }))));
  const body = html("tbody", {}, ...rows.map((cells) => html("tr", {}, ...cells.map((cell) => html("td", {}, cell)))));
  return html("div", { class: "wide", tabindex: 0, role: "group", "aria-label": caption }, html("table", {}, html("caption", { class: "unseen", text: caption }), head, body));
}

/**
 * Words by how often they were said.
 * @param {string} label
 * @param {Times[]} all
 */
export function bars(label, all) {
  const most = Math.max(1, ...all.map(({ times }) => times));
  const items = all.map(({ words, times }) => {
    const bar = html("i");
    bar.style.width = `${(100 * times) / most}%`;
    const head = html("span", { class: "cause" }, html("span", { text: words }), html("b", { text: String(times) }));
    return html("li", {}, head, html("span", { class: "bar-of", "aria-hidden": "true" }, bar));
  });
  return html("ul", { class: "bars", "aria-label": label }, ...items);
}

/** @type {Element | null} */
let left = null;

/**
 * Whether all that asks something of the room rests. Who stood on a button that rests gets back to it.
 * @param {boolean} rests
 */
export function rest(rests) {
  document.body.toggleAttribute("data-rests", rests);
  const on = document.activeElement;
  for (const node of document.querySelectorAll("[data-asks]")) {
    if (rests && node === on) left = node;
    node.toggleAttribute("disabled", rests || node.hasAttribute("data-none"));
  }
  if (rests || !(left instanceof HTMLElement)) return;
  if (document.activeElement === document.body) left.focus();
  left = null;
}

const LONGEST = 10_000; // milliseconds that a said line stands
let forget = 0;

/**
 * One line, until it is closed, another is said, or some seconds have passed.
 * @param {string} words
 */
export function say(words) {
  const bar = find(HTMLElement, "said");
  const close = html("button", { type: "button", text: "Close" });
  const clear = () => bar.replaceChildren();
  close.addEventListener("click", clear);
  bar.replaceChildren(html("span", { text: words }), close);
  clearTimeout(forget);
  forget = window.setTimeout(clear, LONGEST);
}
