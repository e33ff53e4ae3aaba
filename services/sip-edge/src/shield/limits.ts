import { type Config, dialPeerTarget } from '@linewatch/config';
import { z } from 'zod';
import type { Budget, Penalty } from './account';

/** What each kind of sender may send, and what the shield remembers. */
export interface ShieldLimits {
  /** Each phone that is registered; those behind one address and port add up. */
  readonly phone: Budget;
  /** An address and port that no phone registered from. */
  readonly stranger: Budget;
  /** All strangers at one address, an IPv6 /64 counting as one. */
  readonly address: Budget;
  /** All strangers together: what bounds a flood from addresses that are made up. */
  readonly strangers: Budget;
  /** Requests of strangers that speak for one address of record. */
  readonly record: Budget;
  /** An address that the configuration names as a trunk's. */
  readonly trunk: Budget;
  readonly penalty: Penalty;
  /** Senders that are remembered in each table. */
  readonly mostRemembered: number;
}

/** A setting that is a budget, written `burst/rate`. */
export function budget(byDefault: string, whose: string) {
  return z
    .string()
    .regex(/^[1-9]\d{0,6}\/(0\.\d{1,3}|[1-9]\d{0,6})$/)
    .default(byDefault)
    .transform((text): Budget => {
      const [burst = 1, perSecond = 1] = text.split('/').map(Number);
      return { burst, perSecond };
    })
    .describe(`requests at once and per second after that, as burst/rate such as 300/10: of ${whose}`);
}

/** The variables of the shield. */
export const shieldSettings = {
  LINEWATCH_SHIELD: z
    .enum(['on', 'off'])
    .default('on')
    .describe('off: nobody is refused for asking too often, however often that is'),
  LINEWATCH_SHIELD_PHONE: budget('300/10', 'each registered phone'),
  LINEWATCH_SHIELD_STRANGER: budget('200/10', 'an address and port without a registered phone'),
  LINEWATCH_SHIELD_ADDRESS: budget('1000/50', 'all strangers at one address, or in one /64 with IPv6'),
  LINEWATCH_SHIELD_STRANGERS: budget('10000/3000', 'all strangers together'),
  LINEWATCH_SHIELD_RECORD: budget('60/2', 'strangers that speak for one address of record'),
  LINEWATCH_SHIELD_TRUNK: budget('5000/1000', 'an address that the configuration names as a trunk'),
  LINEWATCH_SHIELD_PENALTY_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(10)
    .describe('how long who went on asking after a refusal is not heard, 1 to 3600 seconds; each time twice as long'),
  LINEWATCH_SHIELD_MOST_PENALTY_SECONDS: z.coerce
    .number()
    .min(1)
    .max(86_400)
    .default(300)
    .describe('how long that may become, 1 to 86400 seconds'),
  LINEWATCH_SHIELD_REMEMBERED: z.coerce
    .number()
    .int()
    .min(100)
    .max(10_000_000)
    .default(65_536)
    .describe('senders that are remembered, 100 to 10000000; those heard of least lately are forgotten'),
};

/** The limits that the settings say. */
export function shieldLimitsOf(settings: z.infer<z.ZodObject<typeof shieldSettings>>): ShieldLimits {
  return {
    phone: settings.LINEWATCH_SHIELD_PHONE,
    stranger: settings.LINEWATCH_SHIELD_STRANGER,
    address: settings.LINEWATCH_SHIELD_ADDRESS,
    strangers: settings.LINEWATCH_SHIELD_STRANGERS,
    record: settings.LINEWATCH_SHIELD_RECORD,
    trunk: settings.LINEWATCH_SHIELD_TRUNK,
    penalty: {
      firstMs: settings.LINEWATCH_SHIELD_PENALTY_SECONDS * 1_000,
      mostMs: settings.LINEWATCH_SHIELD_MOST_PENALTY_SECONDS * 1_000,
    },
    mostRemembered: settings.LINEWATCH_SHIELD_REMEMBERED,
  };
}

/** The addresses that the configuration names as trunks: where dial peers lead, and the presence `server`. */
export function trunkHosts({ dialPeers, presence }: Pick<Config, 'dialPeers' | 'presence'>): ReadonlySet<string> {
  const peers = Object.values(dialPeers).flatMap((peer) => dialPeerTarget(peer)?.host ?? []);
  return new Set(presence.server === undefined ? peers : [...peers, presence.server]);
}
