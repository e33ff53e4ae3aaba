/**
 * What a phone makes of a body: a lamp. A small XML reader of its own, so that the tests judge the server's documents
 * and do not repeat its code.
 */

/** What a key shows. */
export type Lamp = 'unknown' | 'idle' | 'in-use' | 'alerting';

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

/** One `<dialog>` of a dialog-info document [RFC4235 4.1]. */
export interface DialogEntry {
  readonly id: string;
  readonly state: string;
  readonly direction?: string;
  readonly callId?: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly localIdentity?: string;
  readonly remoteIdentity?: string;
}

export interface DialogInfo {
  readonly entity: string;
  readonly version: number;
  readonly state: string;
  readonly dialogs: readonly DialogEntry[];
}

/**
 * The lamp that a body stands for. PIDF is read by the rule of Cisco's own phones: names without prefixes, the person's
 * basic before the tuple's, on-the-phone anywhere. A full dialog-info document means in use while it holds any dialog
 * that has not terminated.
 * @param options.pickup the key has the pickup feature, so that `alerting` shows as such
 */
export function lampOf(body: string, contentType: string, options: { readonly pickup?: boolean } = {}): Lamp {
  if (body.trim() === '') return 'unknown';
  if (/dialog-info\+xml/i.test(contentType)) return lampOfDialogs(readDialogInfo(body).dialogs);
  const root = readXml(body);
  const basic = basicIn(child(root, 'person')) ?? basicIn(child(root, 'tuple'));
  const onThePhone = find(root, 'on-the-phone') !== undefined;
  if (!onThePhone && basic === 'closed') return 'unknown';
  if (options.pickup && find(root, 'alerting')) return 'alerting';
  if (onThePhone) return 'in-use';
  return basic === 'open' ? 'idle' : 'unknown';
}

/** In use while any dialog has not terminated. */
export function lampOfDialogs(dialogs: Iterable<DialogEntry>): Lamp {
  for (const dialog of dialogs) if (dialog.state !== 'terminated') return 'in-use';
  return 'idle';
}

/** Whether a PIDF body says do-not-disturb. */
export function dndOf(body: string): boolean {
  return body.trim() !== '' && find(readXml(body), 'dnd') !== undefined;
}

/** The `entity` of a PIDF or dialog-info document. */
export function entityOf(body: string): string | undefined {
  return readXml(body).attributes.get('entity');
}

/** Reads a dialog-info document. @throws Error when it is no such document */
export function readDialogInfo(body: string): DialogInfo {
  const root = readXml(body);
  if (root.name !== 'dialog-info') throw new Error(`the body is <${root.name}>, not <dialog-info>`);
  return {
    entity: root.attributes.get('entity') ?? '',
    version: Number(root.attributes.get('version') ?? NaN),
    state: root.attributes.get('state') ?? '',
    dialogs: root.children.filter(({ name }) => name === 'dialog').map(readDialog),
  };
}

function readDialog(element: Element): DialogEntry {
  return {
    id: element.attributes.get('id') ?? '',
    state: child(element, 'state')?.text.trim() ?? '',
    direction: element.attributes.get('direction'),
    callId: element.attributes.get('call-id'),
    localTag: element.attributes.get('local-tag'),
    remoteTag: element.attributes.get('remote-tag'),
    localIdentity: child(child(element, 'local'), 'identity')?.text.trim(),
    remoteIdentity: child(child(element, 'remote'), 'identity')?.text.trim(),
  };
}

function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

function find(element: Element, name: string): Element | undefined {
  for (const candidate of element.children) {
    const found = candidate.name === name ? candidate : find(candidate, name);
    if (found) return found;
  }
  return undefined;
}

function basicIn(element: Element | undefined): string | undefined {
  return child(child(element, 'status'), 'basic')?.text.trim();
}

/** Elements by local name; strict about nesting, blind to namespaces. @throws Error that says what is not well-formed */
function readXml(text: string): Element {
  const top: Element = { name: '', attributes: new Map(), children: [], text: '' };
  const open: Element[] = [top];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s/>]+)((?:\s+[^\s=>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)|(<)/g;
  for (const [, closing, name = '', attributes = '', empty, characters, stray] of text.matchAll(token)) {
    const current = open.at(-1) ?? top;
    if (stray) throw new Error(`not well-formed XML: a stray '<' inside <${current.name}>`);
    if (characters !== undefined) current.text += plain(characters);
    else if (closing) {
      if (current.name !== localName(name)) throw new Error(`not well-formed XML: </${name}> ends <${current.name}>`);
      open.pop();
    } else if (name) {
      const element: Element = {
        name: localName(name),
        attributes: readAttributes(attributes),
        children: [],
        text: '',
      };
      current.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [root, second] = top.children;
  if (!root || second || open.length > 1) throw new Error('not well-formed XML: it must be one closed root element');
  return root;
}

function readAttributes(text: string): Map<string, string> {
  const pairs = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return new Map([...pairs].map(([, name = '', double, single]) => [name, plain(double ?? single ?? '')]));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (entities[name] ?? whole);
  });
}
