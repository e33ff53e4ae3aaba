import { escapeXml, readXml } from './xml';

/**
 * Dialog information documents [RFC4235]. A line's dialogs are rendered once a state; the version, which each
 * subscription counts for itself, is a slot between two halves of the text.
 */

/** The media type of the documents. */
export const DIALOG_INFO = 'application/dialog-info+xml';

/** The most dialogs a document is read for. */
export const MAX_DIALOGS = 200;

/** One end of a dialog. `target` is the URI of the Contact; without it the identity stands for it. */
export interface DialogParty {
  /** A URI, such as `sip:3001@192.0.2.1`. */
  readonly identity: string;
  readonly display?: string;
  readonly target?: string;
}

/** One dialog of the watched line, as its watchers may see it [RFC4235 4.1]. */
export interface DialogView {
  readonly id: string;
  readonly callId?: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly direction: 'initiator' | 'recipient';
  readonly state: 'trying' | 'proceeding' | 'early' | 'confirmed' | 'terminated';
  /** On hold by the watched line; told by the target parameter `+sip.rendering` [RFC4235 4.1.6]. */
  readonly held?: boolean;
  readonly local?: DialogParty;
  readonly remote?: DialogParty;
}

/** A document without its version: its text is `before + version + after`. */
export interface DialogInfoText {
  readonly before: string;
  readonly after: string;
}

/**
 * A document for these dialogs.
 * @param entity the URI of the watched line in the domain the watcher used [SB-58].
 * @param state `full` tells all dialogs (none for an idle line [SB-51]), `partial` only those that changed [SB-53].
 */
export function renderDialogInfo(
  entity: string,
  state: 'full' | 'partial',
  dialogs: readonly DialogView[],
): DialogInfoText {
  let content = '';
  for (const dialog of dialogs) content += renderDialog(dialog);
  return {
    before:
      '<?xml version="1.0" encoding="UTF-8"?>\n' + '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="',
    after: `" state="${state}" entity="${escapeXml(entity)}">\n${content}</dialog-info>\n`,
  };
}

function renderDialog(dialog: DialogView): string {
  const attributes =
    attribute('id', dialog.id) +
    attribute('call-id', dialog.callId) +
    attribute('local-tag', dialog.localTag) +
    attribute('remote-tag', dialog.remoteTag) +
    attribute('direction', dialog.direction);
  return (
    `<dialog${attributes}>\n<state>${dialog.state}</state>\n` +
    renderParty('local', dialog.local, dialog.held === true) +
    renderParty('remote', dialog.remote, false) +
    '</dialog>\n'
  );
}

function renderParty(name: 'local' | 'remote', party: DialogParty | undefined, held: boolean): string {
  if (party === undefined) return '';
  const rendering = held ? '<param pname="+sip.rendering" pvalue="no"/>' : '';
  return (
    `<${name}><identity${attribute('display', party.display)}>${escapeXml(party.identity)}</identity>` +
    `<target${attribute('uri', party.target ?? party.identity)}>${rendering}</target></${name}>\n`
  );
}

function attribute(name: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${name}="${escapeXml(value)}"`;
}

/** Whether two lists say the same to a watcher of `dialog`. */
export function sameDialogs(a: readonly DialogView[], b: readonly DialogView[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((dialog, index) => sameDialog(dialog, b[index]));
}

function sameDialog(a: DialogView, b: DialogView | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.id === b.id &&
    a.state === b.state &&
    a.direction === b.direction &&
    (a.held === true) === (b.held === true) &&
    a.callId === b.callId &&
    a.localTag === b.localTag &&
    a.remoteTag === b.remoteTag &&
    sameParty(a.local, b.local) &&
    sameParty(a.remote, b.remote)
  );
}

function sameParty(a: DialogParty | undefined, b: DialogParty | undefined): boolean {
  return a === b || (a?.identity === b?.identity && a?.display === b?.display && a?.target === b?.target);
}

/**
 * The dialogs a document must tell to a watcher that last saw `seen`: for `partial` those that changed, for `full` all
 * there are; with either, each one that vanished, once, as terminated [SB-56].
 * @param seen what the watcher acknowledged; undefined when that is not known.
 */
export function dialogsToTell(
  document: 'full' | 'partial',
  seen: readonly DialogView[] | undefined,
  now: readonly DialogView[],
): readonly DialogView[] {
  if (seen === undefined) return now;
  const before = new Map(seen.map((dialog) => [dialog.id, dialog]));
  const told = document === 'full' ? [...now] : now.filter((dialog) => !sameDialog(dialog, before.get(dialog.id)));
  const living = new Set(now.map((dialog) => dialog.id));
  for (const dialog of seen)
    if (dialog.state !== 'terminated' && !living.has(dialog.id))
      told.push({ ...dialog, state: 'terminated', held: false });
  return told;
}

/** A document as it was read. */
export interface DialogInfo {
  readonly entity: string;
  readonly version: number;
  readonly state: 'full' | 'partial';
  readonly dialogs: readonly DialogView[];
}

const STATES: ReadonlySet<string> = new Set(['trying', 'proceeding', 'early', 'confirmed', 'terminated']);

/**
 * Reads a document of another server.
 * @returns undefined if it is not a dialog-info document, or one whose version, state or dialogs cannot be trusted.
 */
export function readDialogInfo(body: Buffer | string): DialogInfo | undefined {
  let root: Readonly<Record<string, string>> | undefined;
  let valid = true;
  const dialogs: DialogView[] = [];
  let current: Draft | undefined;
  const wellFormed = readXml(typeof body === 'string' ? body : body.toString('utf8'), {
    open({ path, attributes }) {
      const name = path[path.length - 1];
      if (path.length === 1 && name === 'dialog-info') root = attributes;
      if (path.length === 2 && name === 'dialog') current = newDraft(attributes);
      if (current !== undefined) readInside(current, path, attributes);
    },
    close({ path }, text) {
      if (current === undefined) return;
      const name = path[path.length - 1];
      if (path.length === 3 && name === 'state') current.state = text;
      if (path.length === 4 && name === 'identity') current.parties[side(path)].identity = text;
      if (path.length !== 2) return;
      const dialog = finished(current);
      if (dialog === undefined || dialogs.length >= MAX_DIALOGS) valid = false;
      else dialogs.push(dialog);
      current = undefined;
    },
  });
  const version = Number(root?.['version']);
  const state = root?.['state'];
  const entity = root?.['entity'];
  if (!wellFormed || !valid || entity === undefined) return undefined;
  if (!Number.isSafeInteger(version) || version < 0 || (state !== 'full' && state !== 'partial')) return undefined;
  return { entity, version, state, dialogs };
}

/** A dialog while its elements are read. */
interface Draft {
  readonly attributes: Readonly<Record<string, string>>;
  state?: string;
  held: boolean;
  readonly parties: Record<'local' | 'remote', { identity?: string; display?: string; target?: string }>;
}

function newDraft(attributes: Readonly<Record<string, string>>): Draft {
  return { attributes, held: false, parties: { local: {}, remote: {} } };
}

function side(path: readonly string[]): 'local' | 'remote' {
  return path[2] === 'local' ? 'local' : 'remote';
}

function readInside(draft: Draft, path: readonly string[], attributes: Readonly<Record<string, string>>): void {
  const name = path[path.length - 1];
  if (path[2] !== 'local' && path[2] !== 'remote') return;
  const party = draft.parties[path[2]];
  if (path.length === 4 && name === 'identity') party.display = attributes['display'];
  if (path.length === 4 && name === 'target') party.target = attributes['uri'];
  if (path.length === 5 && name === 'param' && path[2] === 'local' && attributes['pname'] === '+sip.rendering')
    draft.held = attributes['pvalue'] === 'no';
}

function finished(draft: Draft): DialogView | undefined {
  const { id, direction } = draft.attributes;
  const state = draft.state?.toLowerCase() ?? '';
  if (id === undefined || id === '' || !STATES.has(state)) return undefined;
  const local = party(draft.parties.local);
  const remote = party(draft.parties.remote);
  return {
    id,
    ...optional('callId', draft.attributes['call-id']),
    ...optional('localTag', draft.attributes['local-tag']),
    ...optional('remoteTag', draft.attributes['remote-tag']),
    // Direction may be left out; an initiator is the safer guess, as nothing can be picked up from it.
    direction: direction === 'recipient' ? 'recipient' : 'initiator',
    state: state as DialogView['state'],
    held: draft.held,
    ...(local && { local }),
    ...(remote && { remote }),
  };
}

function party(read: { identity?: string; display?: string; target?: string }): DialogParty | undefined {
  const identity = read.identity || read.target;
  if (identity === undefined) return undefined;
  return { identity, ...optional('display', read.display), ...optional('target', read.target) };
}

function optional<K extends string>(key: K, value: string | undefined): { [name in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [name in K]?: string });
}
