// The secrets of seats that were taken in this browser, and the seat that this tab shows. They never stand in an address.

/** @typedef {{ secret: string, seat: string, label: string, person: string }} Kept */

const ALL = "marketsim seats";
const SHOWN = "marketsim seat";
const MOST = 20;

/** @type {Map<string, string>} where a browser keeps nothing */
const memory = new Map();

/** The stores that this browser allows, the tab's own first. @returns {Storage[]} */
function stores() {
  return ["sessionStorage", "localStorage"].flatMap((name) => {
    try {
      return [name === "sessionStorage" ? sessionStorage : localStorage];
    } catch {
      return [];
    }
  });
}

/** @param {string} key */
function read(key) {
  for (const store of stores()) {
    const found = store.getItem(key);
    if (found !== null) return found;
  }
  return memory.get(key) ?? null;
}

/**
 * @param {string} key
 * @param {string} value
 */
function write(key, value) {
  memory.set(key, value);
  for (const store of stores()) {
    try {
      store.setItem(key, value);
    } catch {
      // it is full, or of a private window
    }
  }
}

/** All seats of this browser, of other tabs too. @returns {Kept[]} */
export function seats() {
  /** @type {Map<string, Kept>} */
  const found = new Map();
  for (const text of [...stores().map((store) => store.getItem(ALL)), memory.get(ALL)]) {
    for (const one of parsed(text)) if (!found.has(one.secret)) found.set(one.secret, one);
  }
  return [...found.values()];
}

/** @param {string | null | undefined} text */
function parsed(text) {
  try {
    const all = JSON.parse(text ?? "[]");
    return Array.isArray(all) ? /** @type {Kept[]} */ (all.filter((one) => typeof one?.secret === "string")) : [];
  } catch {
    return [];
  }
}

/**
 * Adds a seat, or what is new of one.
 * @param {Kept} one
 */
export function keep(one) {
  write(ALL, JSON.stringify([one, ...seats().filter(({ secret }) => secret !== one.secret)].slice(0, MOST)));
}

/** @param {string} secret */
export function drop(secret) {
  write(ALL, JSON.stringify(seats().filter((one) => one.secret !== secret)));
}

/** The secret of the seat that this tab shows; of a new tab, that of the latest one. */
export function shown() {
  return read(SHOWN) ?? "";
}

/** @param {string} secret */
export function show(secret) {
  write(SHOWN, secret);
}
