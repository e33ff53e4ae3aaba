import { clearPassword, dialPeerTarget, type DialPeerTarget } from '@linewatch/config';
import type { Directory } from '@linewatch/edge';
import type { Clock } from '@linewatch/runtime';
import {
  answerChallenge,
  challengeOf,
  header,
  retryAfterOf,
  type HeaderField,
  type SipRequest,
  type SipResponse,
} from '@linewatch/sip';

/** A trunk that asks to be left alone is, but not for longer: it may have mistaken days for seconds. */
const MAX_REST_SECONDS = 600;

export interface TrunksParts {
  readonly directory: Pick<Directory, 'current'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Unguessable, never the same twice. */
  readonly newToken: () => string;
}

/** What this edge knows of the trunks that it calls: where they are, which are not to be called now, and who we are there. */
export class Trunks {
  /** Until when each address that asked for it is not called. */
  private readonly resting = new Map<string, number>();

  constructor(private readonly parts: TrunksParts) {}

  /** Where the calls of a dial peer go now; undefined: nowhere, it is gone from the configuration or wants to rest. */
  target(tag: number): DialPeerTarget | undefined {
    const peer = this.parts.directory.current().config.dialPeers[tag];
    const target = peer && !peer.shutdown ? dialPeerTarget(peer) : undefined;
    return target && !this.rests(target) ? target : undefined;
  }

  /** A trunk refused a call: after 503 with Retry-After no others go to it for that time [RFC3261 21.5.4]. */
  refused(target: DialPeerTarget, response: SipResponse): void {
    const seconds = retryAfterOf(response);
    if (response.status !== 503 || seconds === undefined) return;
    this.resting.set(keyOf(target), this.parts.clock.monotonic() + Math.min(seconds, MAX_REST_SECONDS) * 1_000);
  }

  /**
   * The credentials that answer a challenge, by `authentication` of sip-ua [cme-presence 2.2]; undefined when there are
   * none for its realm, or when they were not believed: the request bears some for that already.
   */
  credentials(request: SipRequest, response: SipResponse): HeaderField | undefined {
    const { authentication } = this.parts.directory.current().config.sipUa;
    const password = authentication && clearPassword(authentication.password);
    if (!authentication || password === undefined) return undefined;
    const credentials = { ...authentication, password };
    const challenge = challengeOf(response, credentials);
    if (!challenge || header(request, challenge.answerIn) !== undefined) return undefined;
    const { method, requestUri: uri } = request;
    return answerChallenge(challenge, credentials, { method, uri }, this.parts.newToken())?.field;
  }

  private rests(target: DialPeerTarget): boolean {
    const until = this.resting.get(keyOf(target));
    if (until === undefined) return false;
    if (until > this.parts.clock.monotonic()) return true;
    this.resting.delete(keyOf(target));
    return false;
  }
}

function keyOf({ host, port, transport }: DialPeerTarget): string {
  return `${transport} ${host}:${port}`;
}
