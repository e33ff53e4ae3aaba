import type { LegEvent } from '@linewatch/call';
import type { TimerWheel } from '@linewatch/runtime';
import type { ResponseParts, SipRequest, SipResponse } from '@linewatch/sip';
import type { ResponseListener, SipSender } from '../endpoint/user-agent';
import type { SipEdgeLeg } from './sip-edge-leg';
import { sessionParts } from './sip-leg-messages';
import type { LegEffect, LegInput } from './sip-leg-state';
import type { Trunks } from './trunks';

/** What the effects of legs need from their shell. */
export interface EffectParts {
  readonly sender: SipSender;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly trunks: Pick<Trunks, 'credentials' | 'refused'>;
  /** Gives a leg its next input. */
  input(leg: SipEdgeLeg, input: LegInput): void;
  said(leg: SipEdgeLeg, event: LegEvent): void;
  /** The phone wants two of its calls to become one. */
  refer(leg: SipEdgeLeg, effect: Extract<LegEffect, { type: 'refer' }>): void;
  done(leg: SipEdgeLeg): void;
}

/** Carries out one effect of a leg's machine. */
export function carryOut(parts: EffectParts, leg: SipEdgeLeg, effect: LegEffect): void {
  const { sender, wheel } = parts;
  switch (effect.type) {
    case 'respond':
      return respond(leg, effect);
    case 'repeat':
      if (leg.accepted?.n === effect.n) leg.accepted.server.repeat(leg.accepted.response);
      return;
    case 'send': {
      const { n, request, nextHop } = effect;
      const client = sender.request(request, flowOf(parts, leg, nextHop), listener(parts, leg, n, request));
      if (request.method === 'INVITE') leg.invite = { n, client };
      return;
    }
    case 'acknowledge':
      return sender.acknowledge(effect.ack, flowOf(parts, leg, effect.nextHop));
    case 'cancel':
      if (leg.invite?.n === effect.n) leg.invite.client.cancel(effect.reason);
      return;
    case 'say':
      return parts.said(leg, effect.event);
    case 'refer':
      return parts.refer(leg, effect);
    case 'startTimer':
      wheel.cancel(leg.timers.get(effect.name));
      leg.timers.set(
        effect.name,
        wheel.set(effect.ms, () => parts.input(leg, { type: 'timer', name: effect.name })),
      );
      return;
    case 'stopTimer':
      wheel.cancel(leg.timers.get(effect.name));
      leg.timers.delete(effect.name);
      if (effect.name === 'resend') leg.accepted = undefined;
      return;
    case 'done':
      for (const timer of leg.timers.values()) wheel.cancel(timer);
      leg.timers.clear();
      return parts.done(leg);
    default:
      return effect satisfies never;
  }
}

function flowOf({ sender }: EffectParts, leg: SipEdgeLeg, nextHop: string): SipEdgeLeg['flow'] {
  return leg.sticksToFlow ? leg.flow : sender.flowTo(nextHop, leg.flow);
}

function listener(parts: EffectParts, leg: SipEdgeLeg, n: number, request: SipRequest): ResponseListener {
  return {
    response: (response: SipResponse) => {
      const { status } = response;
      // No phone of ours asks who we are.
      const isAsked = !leg.owner && (status === 401 || status === 407);
      const credentials = isAsked ? parts.trunks.credentials(request, response) : undefined;
      if (leg.trunk && status >= 400) parts.trunks.refused(leg.trunk, response);
      parts.input(
        leg,
        credentials ? { type: 'challenged', n, request, response, credentials } : { type: 'response', n, response },
      );
    },
    failed: (why) => parts.input(leg, { type: 'failed', n, why }),
  };
}

function respond(leg: SipEdgeLeg, effect: Extract<LegEffect, { type: 'respond' }>): void {
  const { n, status, reason, headers, session } = effect;
  const server = leg.asked.get(n);
  if (!server) return;
  const parts: ResponseParts & { reason?: string } = {
    ...(headers && { headers }),
    ...(reason !== undefined && { reason }),
    ...sessionParts(session),
  };
  const response = server.respond(status, parts);
  if (status < 200) return;
  leg.asked.delete(n);
  if (status < 300 && server.request.method === 'INVITE') leg.accepted = { n, server, response };
}
