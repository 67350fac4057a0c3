// Building blocks for the document. Text enters as text nodes alone: nothing parses markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props` are attributes, but for `class`, `text`, and `on` (event name to listener); a false or
 * absent value leaves the attribute out, true sets it empty.
 */
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An element of a drawing. */
export function svg(name, props = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Returns an icon of the document. Screen readers skip it: words beside it say the same. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("use", { href: `#icon-${name}` }),
  );
}

/** A button with words and perhaps a picture. `look` is its class: `main`, `quiet`, `danger`. */
export function button(label, act, { look = "", picture, ...props } = {}) {
  return el(
    "button",
    { type: "button", class: `button ${look}`, ...props, on: { click: act } },
    picture ? icon(picture) : null,
    el("span", { text: label }),
  );
}

/** Puts new children into the element with this id. */
export function fill(id, ...children) {
  document.getElementById(id).replaceChildren(...children);
}
