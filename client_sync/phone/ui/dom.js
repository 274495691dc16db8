/**
 * The one way an element is made: `h('p', {class: 'quiet'}, 'text')`.
 * Refuses markup in text: children are nodes or plain text, so nothing that came over the wire can become an element.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node|string|number|null|undefined|false} Child */
/** @typedef {Child|Children[]} Children */

/**
 * An HTML element. `on…` properties are listeners; `class`, `data-…`, `aria-…` and all others are attributes; true is an empty
 * attribute; null, undefined and false leave it out. `value`, `checked`, `disabled` and `open` are set as properties too.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>|null} [props]
 * @param {...Children} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  dress(element, props ?? {});
  element.append(...nodes(children));
  return element;
}

/**
 * An SVG element, dressed in the same way.
 * @param {string} tag
 * @param {Record<string, any>|null} [props]
 * @param {...Children} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  dress(element, props ?? {});
  element.append(...nodes(children));
  return element;
}

/**
 * Puts `node` where everything in `root` was.
 * @param {Element} root
 * @param {...Children} children
 */
export function mount(root, ...children) {
  root.replaceChildren(...nodes(children));
}

/**
 * @param {Element} element
 * @param {Record<string, any>} props
 */
function dress(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') throw new TypeError('a style attribute is not allowed by the content security policy');
    else if (name === 'value' || name === 'checked' || name === 'disabled') Reflect.set(element, name, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {any} children
 * @returns {(Node|string)[]}
 */
function nodes(children) {
  if (Array.isArray(children)) return children.flatMap(nodes);
  if (children === null || children === undefined || children === false) return [];
  return [children instanceof Node ? children : String(children)];
}
