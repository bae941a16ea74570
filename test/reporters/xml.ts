/*
 * A strict reader of the XML that the reporters write: elements, attributes in double quotes, text
 * and the five entities; no comments, CDATA or processing instructions beyond the declaration.
 */

export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** Of the element itself and all below it. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
/** https://www.w3.org/TR/xml/#charsets */
const CHARACTERS = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
const TOKEN = /<(\/?)([a-zA-Z][\w-]*)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;

function decoded(text: string): string {
  if (text.includes(">")) throw new Error(`> not escaped: ${text}`);
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const found = ENTITIES[entity];
    if (found === undefined) throw new Error(`no entity: ${entity}`);
    return found;
  });
}

function attributesOf(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of source.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, name)) throw new Error(`attribute ${name} twice`);
    attributes[name] = decoded(value);
  }
  return attributes;
}

/** The root element. Throws when the text is not well-formed; `empty` names elements without an end. */
export function parseXml(source: string, empty: ReadonlySet<string> = new Set()): XmlElement {
  if (!CHARACTERS.test(source)) throw new Error("a character that XML does not allow");
  const body = source.replace(/^<(\?xml|!doctype)[^<>]*>\n/, "").trimEnd();
  const root: XmlElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const match of body.matchAll(TOKEN)) {
    const [whole, end, name = "", attributes = "", closed, text] = match;
    at = match.index + whole.length;
    const current = open.at(-1) ?? root;
    if (text !== undefined) {
      for (const element of open) element.text += decoded(text);
    } else if (end) {
      if (current.name !== name) throw new Error(`</${name}> ends <${current.name}>`);
      open.pop();
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [], text: "" };
      current.children.push(element);
      if (!closed && !empty.has(name)) open.push(element);
    }
  }
  if (at !== body.length) throw new Error(`not well-formed at ${body.slice(at, at + 80)}`);
  const [first, ...others] = root.children;
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> has no end`);
  if (!first || others.length > 0) throw new Error("not one root element");
  return first;
}

/** All elements of a name, in the order of the document. */
export function elements(root: XmlElement, name: string): XmlElement[] {
  return [
    ...(root.name === name ? [root] : []),
    ...root.children.flatMap((child) => elements(child, name)),
  ];
}
