import { escapeXml, readXml } from './xml';

/**
 * Presence documents [RFC3863, RFC4479, RFC4480] as Cisco phones and the common SIP clients read them: the five
 * documents of the contract, and the phone's own rule for reading another server's.
 */

/** The media type of every presence document that is sent, whatever spelling the watcher accepted. */
export const PIDF = 'application/pidf+xml';

/** What a lamp shows. `dnd` overlays idle and in-use; an unknown line has none. */
export interface LampTuple {
  readonly state: 'idle' | 'in-use' | 'unknown';
  readonly dnd: boolean;
}

/** What a presence document says about a line. */
export interface PidfInput {
  /** The URI of the watched line in the domain the watcher used, `sip:<number>@<domain>`. */
  readonly entity: string;
  /** What tells the line apart, such as its number: tuple and person ids derive from it and stay the same [SB-41]. */
  readonly id: string;
  readonly lamp: LampTuple;
}

/**
 * The document for a lamp: one tuple with `basic`, a note for clients that know nothing else [SB-46], and a person
 * after it only when there is an activity [SB-43, SB-47]. The prefix `rpid:` is what baresip looks for [SB-45].
 */
export function renderPidf({ entity, id, lamp }: PidfInput): string {
  const inUse = lamp.state === 'in-use';
  const basic = lamp.state === 'unknown' ? 'closed' : 'open';
  const note = inUse ? '<note>On the phone</note>' : '';
  const activities =
    lamp.state === 'unknown' ? '' : (lamp.dnd ? '<ce:dnd/>' : '') + (inUse ? '<rpid:on-the-phone/>' : '');
  const name = ncName(id);
  const person =
    activities === '' ? '' : `<dm:person id="p-${name}"><rpid:activities>${activities}</rpid:activities></dm:person>\n`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"' +
    ' xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid"' +
    ` entity="${escapeXml(entity)}">\n` +
    `<tuple id="t-${name}"><status><basic>${basic}</basic></status>${note}</tuple>\n` +
    `${person}</presence>\n`
  );
}

/** The tail of an XML id: characters that a name cannot have are written as their code, so that two ids stay two. */
function ncName(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/gu, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}.`);
}

/**
 * The lamp a document shows, by the rule of a Cisco phone: names without prefixes, `person/status/basic` before
 * `tuple/status/basic`, and `on-the-phone` anywhere [cme-presence 4.11]. `busy` counts like it; `dnd` anywhere
 * sets the flag. No body is an unknown line.
 * @returns undefined if the body is not a presence document at all.
 */
export function readPidf(body: Buffer | string): LampTuple | undefined {
  const text = typeof body === 'string' ? body : body.toString('utf8');
  if (text.trim() === '') return { state: 'unknown', dnd: false };
  const seen = new Set<string>();
  let personBasic: string | undefined;
  let tupleBasic: string | undefined;
  let isPresence = false;
  const wellFormed = readXml(text, {
    open({ path }) {
      const name = path[path.length - 1];
      if (path.length === 1) isPresence = name === 'presence';
      if (name === 'on-the-phone' || name === 'busy' || name === 'dnd') seen.add(name);
    },
    close({ path }, content) {
      if (path[path.length - 1] !== 'basic' || path[path.length - 2] !== 'status') return;
      const owner = path[path.length - 3];
      if (owner === 'person') personBasic ??= content;
      if (owner === 'tuple') tupleBasic ??= content;
    },
  });
  if (!wellFormed || !isPresence) return undefined;
  const basic = (personBasic ?? tupleBasic)?.toLowerCase();
  const inUse = seen.has('on-the-phone') || seen.has('busy');
  if (!inUse && basic !== 'open') return { state: 'unknown', dnd: false };
  return { state: inUse ? 'in-use' : 'idle', dnd: seen.has('dnd') };
}
