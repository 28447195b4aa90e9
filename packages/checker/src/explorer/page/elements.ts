/** Makes elements of the page. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>
export type Child = Node | string | null

export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[K] => filled(document.createElement(tag), attributes, children)

export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Child>
): SVGElementTagNameMap[K] => filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children)

const filled = <E extends Element>(element: E, attributes: Attributes, children: ReadonlyArray<Child>): E => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "")
    else if (value !== false && value !== null) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== null))
  return element
}

export const button = (label: string, attributes: Attributes, onClick: () => void): HTMLButtonElement => {
  const element = h("button", { type: "button", ...attributes }, label)
  element.addEventListener("click", onClick)
  return element
}

/** The element of the document with this id. */
export const place = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no place "${id}".`)
  return element
}

/** Names of classes; those that are false are left out. */
export const classes = (...names: ReadonlyArray<string | false>): string =>
  names.filter((name) => name !== false).join(" ")
