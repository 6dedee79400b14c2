// Small helpers for HTML and SVG nodes. Nodes are made once; later only texts and attributes change.

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
