// What the page remembers in its address, behind the #: the tab and the measure of the maps.

/** @param {string} name */
export function remembered(name) {
  return new URLSearchParams(location.hash.slice(1)).get(name) ?? "";
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  const all = new URLSearchParams(location.hash.slice(1));
  all.set(name, value);
  history.replaceState(null, "", `#${all}`);
}
