import type { Lamp, Relay, RelayedFact } from '@linewatch/presence';
import { type AskedPublication, CONDITION_FAILED, readDialogInfo, readPidf, type Refusal } from '@linewatch/sip';
import { applyDialogInfo, toldDialogs } from '../upstream/relayed-dialogs';

/** What a PUBLISH makes of what a line's sources say [RFC3903 6]. Pure: it is decided again when another came first. */

/** What the sources of a line said last, by source. */
export type Sources = Readonly<Record<string, Relay>>;

export type PublicationDecision =
  /** To be appended; the entity-tag is made of its place in the stream. */
  | { readonly kind: 'append'; readonly fact: RelayedFact }
  /** The very request was done before: this is where. */
  | { readonly kind: 'done'; readonly seq: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const BAD_BODY: Refusal = { status: 400, reason: 'Body Malformed', headers: [] };
const PREFIX = 'publish ';

/** The entity-tag of a publication whose newest fact has that place: a new one with each change [SB-60]. */
export function entityTag(id: string, seq: number): string {
  return `${id}.${seq}`;
}

/** The publication that an entity-tag names; undefined when it is none of ours. */
export function publicationOf(etag: string): { readonly id: string; readonly seq: number } | undefined {
  const [, id, seq] = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})$/.exec(etag) ?? [];
  return id === undefined ? undefined : { id, seq: Number(seq) };
}

/** The publication that a request is about: for an initial one `newId`, which a repeat of it has too. */
export function idOf(asked: AskedPublication, newId: string): string | undefined {
  return asked.kind === 'initial' ? newId : publicationOf(asked.etag)?.id;
}

/** @param id of the publication, by `idOf` */
export function decidePublication(
  sources: Sources,
  asked: AskedPublication,
  id: string | undefined,
  now: number,
): PublicationDecision {
  const source = `${PREFIX}${id}`;
  const known = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (asked.kind === 'initial') {
    const said = saidBy(asked.body, asked.package);
    if (!said) return { kind: 'refused', refusal: BAD_BODY };
    if (known && known.until > now) return { kind: 'done', seq: known.seq };
    return append({ source, package: asked.package, ...said, until: now + asked.expires * 1_000 });
  }
  const isCurrent = known?.seq === publicationOf(asked.etag)?.seq && known?.package === asked.package;
  if (!known || !isCurrent || known.until <= now) return { kind: 'refused', refusal: CONDITION_FAILED };
  if (asked.kind === 'remove') return append({ source, package: asked.package, until: now });
  const until = now + asked.expires * 1_000;
  const { seq: _place, ...before } = known;
  if (asked.kind === 'refresh') return append({ ...before, until });
  const said = saidBy(asked.body, asked.package);
  return said ? append({ source, package: asked.package, ...said, until }) : { kind: 'refused', refusal: BAD_BODY };
}

function append(fact: RelayedFact): PublicationDecision {
  return { kind: 'append', fact };
}

/** What a body says; undefined when it cannot be read. A list of dialogs must be whole: there is nothing to add it to. */
function saidBy(
  body: Buffer,
  name: AskedPublication['package'],
): { lamp: Lamp } | Pick<RelayedFact, 'dialogs'> | undefined {
  if (name === 'presence') {
    const lamp = readPidf(body);
    return lamp && { lamp };
  }
  const info = readDialogInfo(body);
  const known = info && applyDialogInfo(undefined, info);
  return known === undefined || known === 'ask-for-all' ? undefined : { dialogs: toldDialogs(known) };
}
