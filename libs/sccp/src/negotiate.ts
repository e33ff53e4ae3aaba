import { phoneFeatures } from './codes';
import type { MessageOf } from './messages';
import type { Dialect } from './payload';

/** What both sides agree on when a phone registers [sccp-wire 1.2]. */

/** Versions whose layouts are evidenced; an offer between two of them takes the lower. */
const spoken: readonly number[] = [3, 5, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 22];

/** Version 3 is also what a phone gets that does not say any. */
const LOWEST = 3;

/** The version for a phone: what it offers, no more than the ceiling. */
export function negotiateVersion(offered: number, ceiling: number): number {
  const most = Math.min(offered, ceiling);
  return spoken.reduce((best, version) => (version <= most ? version : best), LOWEST);
}

/** How messages to and from a phone that registered so are laid out. */
export function dialectFor(register: MessageOf<'RegisterMessage'>, ceiling: number): Dialect {
  return {
    version: negotiateVersion(register.protocolVersion, ceiling),
    text: register.phoneFeatures & phoneFeatures.utf8 ? 'utf8' : 'latin1',
  };
}

/** What is spoken before a phone has registered: these messages are the same in every version. */
export const unregisteredDialect: Dialect = { version: LOWEST, text: 'latin1' };

/**
 * Whether the phone takes the messages of variable length (0x0142 to 0x014A). Every captured 79xx offers them, older ones
 * speak a version below 8 [sccp-wire 2.2].
 */
export function takesDynamicMessages(register: MessageOf<'RegisterMessage'>, { version }: Dialect): boolean {
  return version >= 8 && (register.phoneFeatures & phoneFeatures.dynamicMessages) !== 0;
}

/** The last three bytes of RegisterAckMessage [sccp-wire 3]. */
export function protocolFeaturesOf(version: number): string {
  if (version <= 3) return '000000';
  return version < 11 ? '20f1fe' : '20f1ff';
}
