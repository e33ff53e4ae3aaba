import { createHash } from 'node:crypto';
import type { Directory, Hold } from '@linewatch/edge';
import type { Clock, LabelledCounter, RateLimitedLog } from '@linewatch/runtime';
import {
  ALLOW_EVENTS,
  askedPublication,
  BAD_EVENT,
  callIdOf,
  cseqOf,
  fromTag,
  type HeaderField,
  type Refusal,
  type SipRequest,
  toTag,
} from '@linewatch/sip';
import type { Authenticated } from '../authentication';
import type { ServerRequest } from '../endpoint/user-agent';
import { namedLine } from '../subscriptions/admission';
import { refusalOf } from '../subscriptions/refusals';
import type { WatcherIdentity } from '../watcher-identity';
import { decidePublication, entityTag, idOf } from './decide-publication';
import type { Publications } from './publications';

export interface PublishPorts {
  readonly directory: Pick<Directory, 'current'>;
  /** A phone of ours by its flow [cme-presence 4.2]. */
  readonly identify: (incoming: ServerRequest) => Promise<WatcherIdentity>;
  /** Anybody else, by a pair of the credential files whose user is the number [SB-71, SB-119]. */
  readonly authenticate: (request: SipRequest) => Authenticated;
  readonly publications: Pick<Publications, 'change'>;
  readonly hold: Pick<Hold, 'run'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Requests by status. */
  readonly answers: LabelledCounter;
  readonly floodLog: Pick<RateLimitedLog, 'info'>;
}

const FORBIDDEN: Refusal = { status: 403, reason: 'Forbidden', headers: [] };
const NOT_FOUND: Refusal = { status: 404, reason: 'Not Found', headers: [] };
/** A PUBLISH has no dialog [RFC3903 4]. */
const NO_DIALOG: Refusal = { status: 481, reason: 'Call/Transaction Does Not Exist', headers: [] };

/**
 * Takes PUBLISH [RFC3903 6]: the state of a line that has no phone here, from the line itself. What is published for the
 * line of a phone here is kept too, but its lamp shows what happens on the phone [cme-presence Q-12].
 */
export class PublishHandler {
  constructor(private readonly ports: PublishPorts) {}

  async handle(incoming: ServerRequest): Promise<void> {
    const { request } = incoming;
    const { directory, hold } = this.ports;
    const view = directory.current();
    if (toTag(request) !== undefined) return this.refuse(incoming, NO_DIALOG);
    if (!view.config.presence.enabled || !view.config.sipUa.presenceEnable) return this.refuse(incoming, BAD_EVENT);
    const named = namedLine(request, view);
    if (!named) return this.refuse(incoming, NOT_FOUND);
    const identity = await hold.run(() => this.publisher(incoming));
    if (identity === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask']);
    if (identity.kind === 'refused') return this.refuse(incoming, identity.refusal);
    if (identity.username !== named.number) return this.refuse(incoming, FORBIDDEN);
    if (named.line !== named.number) return this.refuse(incoming, NOT_FOUND);
    await this.publish(incoming, named.number);
  }

  /** A line speaks for itself: the name of who publishes is a number. */
  private async publisher(incoming: ServerRequest): Promise<Authenticated> {
    const identity = await this.ports.identify(incoming);
    if (identity.kind === 'local') return { kind: 'ok', username: identity.number };
    return this.ports.authenticate(incoming.request);
  }

  private async publish(incoming: ServerRequest, line: string): Promise<void> {
    const { hold, publications, clock } = this.ports;
    const checked = askedPublication(incoming.request);
    if ('refusal' in checked) return this.refuse(incoming, checked.refusal);
    const asked = checked.ok;
    const id = idOf(asked, publicationId(incoming.request));
    const changed = await hold.run(() =>
      publications.change(line, (sources) => decidePublication(sources, asked, id, clock.now())),
    );
    if (changed === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask']);
    if ('refusal' in changed) return this.refuse(incoming, changed.refusal);
    this.ports.answers.of('200').add();
    incoming.respond(200, {
      headers: [
        { name: 'SIP-ETag', value: entityTag(id ?? '', changed.seq) },
        { name: 'Expires', value: String(asked.kind === 'remove' ? 0 : asked.expires) },
        { name: 'Allow-Events', value: ALLOW_EVENTS },
      ],
    });
  }

  private refuse(incoming: ServerRequest, { status, reason, headers }: Refusal): void {
    const { answers, floodLog } = this.ports;
    answers.of(String(status)).add();
    const { remote } = incoming.flow;
    if (status !== 401) {
      const fields = { status, reason, to: incoming.request.requestUri, remote: `${remote.host}:${remote.port}` };
      floodLog.info(`publish ${status}`, 'a PUBLISH was refused', fields);
    }
    incoming.respond(status, { reason, headers: headers as HeaderField[] });
  }
}

/** The id of the publication that a first PUBLISH makes: a repeat of the request, at any edge, finds its own [design 5]. */
function publicationId(request: SipRequest): string {
  const subject = JSON.stringify([callIdOf(request), fromTag(request) ?? '', cseqOf(request)?.seq ?? 0]);
  return createHash('sha256').update(subject, 'utf8').digest('base64url').slice(0, 16);
}
