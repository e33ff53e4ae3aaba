import { SaxesParser } from 'saxes';

/** The little XML that presence documents need: escaping on the way out, a bounded event reader on the way in. */

/** The largest document that is read, in characters, and the deepest nesting. No presence document comes near. */
export const MAX_XML_LENGTH = 65_536;
export const MAX_XML_DEPTH = 32;

const NEEDS_ESCAPE = /[&<>"'\u0000-\u001f\ufffe\uffff\ud800-\udfff]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text made safe for an attribute or for element content. What XML 1.0 cannot say at all becomes U+FFFD [XML 2.2]. */
export function escapeXml(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  let escaped = '';
  // By code point, so that a surrogate pair is one character and only a lone half is replaced.
  for (const char of text) escaped += ESCAPES[char] ?? (isXmlChar(char) ? char : '\ufffd');
  return escaped;
}

function isXmlChar(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (code >= 0x20 && code < 0xd800) || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
}

/** An element while it is read. `path` holds the local names from the root down to it. */
export interface XmlElement {
  readonly path: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a reader wants to hear. Names come without their namespace prefix, as phones read them. */
export interface XmlHandler {
  open?(element: XmlElement): void;
  close?(element: XmlElement, text: string): void;
}

/**
 * Reads a document in one go and tells the handler of its elements in order.
 *
 * Entities beyond the five of XML are not expanded: a document that defines or uses them is malformed here, so that no
 * document grows while it is read.
 * @returns false if the document is malformed, too long or too deep. What was told until then is void.
 */
export function readXml(document: string, handler: XmlHandler): boolean {
  if (document.length > MAX_XML_LENGTH) return false;
  const parser = new SaxesParser();
  const path: string[] = [];
  const open: { element: XmlElement; text: string }[] = [];
  let failed = false;
  const fail = (): void => {
    failed = true;
  };
  parser.on('error', fail);
  parser.on('doctype', fail);
  parser.on('opentag', (tag) => {
    if (failed || open.length >= MAX_XML_DEPTH) return fail();
    path.push(localName(tag.name));
    const element = { path: path.slice(), attributes: tag.attributes };
    open.push({ element, text: '' });
    handler.open?.(element);
  });
  const addText = (text: string): void => {
    const innermost = open[open.length - 1];
    if (innermost !== undefined) innermost.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    path.pop();
    if (!failed && closed !== undefined) handler.close?.(closed.element, closed.text.trim());
  });
  parser.write(document).close();
  return !failed;
}

/** The name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
