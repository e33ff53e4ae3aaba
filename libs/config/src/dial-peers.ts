import type { Config, DialPeer } from './config';

/** Where the calls of a dial peer go. */
export interface DialPeerTarget {
  host: string;
  port: number;
  /** What `session transport` says; UDP by default. */
  transport: 'tcp' | 'tls' | 'udp';
}

/** Trunks by the numbers that calls go to by them. */
export interface DialPeerDirectory {
  /**
   * The SIP trunks that a number may be sent to, in the order in which they are to be tried: the most digits spelled out
   * by the pattern first, then the lowest preference, then the lowest tag.
   */
  match(number: string): DialPeer[];
  /** How digits that may not be all stand to the patterns: `either` is a whole number to which more may come. */
  standing(digits: string): 'none' | 'partial' | 'whole' | 'either';
  /** The trunk whose target has this IP address, the lowest tag of several; undefined: nobody who may call in. */
  at(host: string): DialPeer | undefined;
}

/** Builds the directory: O(number of dial peers); build it once per Config and keep it. */
export function dialPeerDirectory(config: Config): DialPeerDirectory {
  const trunks = Object.values(config.dialPeers).flatMap((peer) => {
    const target = peer.shutdown ? undefined : dialPeerTarget(peer);
    return target ? [{ peer, host: target.host }] : [];
  });
  const byHost = new Map([...trunks].reverse().map(({ peer, host }) => [host, peer]));
  const peers = trunks.flatMap(({ peer }) =>
    peer.destinationPattern === undefined ? [] : [{ peer, steps: readPattern(peer.destinationPattern) }],
  );
  return {
    at: (host) => byHost.get(host),
    standing: (digits) => {
      const reached = peers.map(({ steps }) => ({ end: steps.length, places: [...reach(steps, digits).keys()] }));
      const isWhole = reached.some(({ end, places }) => places.includes(end));
      const isBeginning = reached.some(({ end, places }) => places.some((at) => at < end));
      if (isWhole) return isBeginning ? 'either' : 'whole';
      return isBeginning ? 'partial' : 'none';
    },
    match: (number) => {
      const fitting = peers.flatMap(({ peer, steps }) => {
        const spelledOut = fit(steps, number);
        return spelledOut === undefined ? [] : [{ peer, spelledOut }];
      });
      const inOrder = fitting.sort(
        (a, b) => b.spelledOut - a.spelledOut || a.peer.preference - b.peer.preference || a.peer.tag - b.peer.tag,
      );
      return inOrder.map(({ peer }) => peer);
    },
  };
}

const TRANSPORTS = { system: 'udp', tcp: 'tcp', 'tcp tls': 'tls', udp: 'udp' } as const;

/** Where a dial peer leads; undefined unless it speaks SIP and its target is an IPv4 address. */
export function dialPeerTarget({
  sessionProtocol,
  sessionTarget,
  sessionTransport,
}: DialPeer): DialPeerTarget | undefined {
  if (sessionProtocol !== 'sipv2') return undefined;
  const [, host, port] = /^ipv4:([^:]*)(?::(\d+))?$/.exec(sessionTarget ?? '') ?? [];
  if (host === undefined) return undefined;
  return {
    host,
    port: port === undefined ? (sessionTransport === 'tcp tls' ? 5061 : 5060) : Number(port),
    transport: TRANSPORTS[sessionTransport ?? 'system'],
  };
}

/** One place of a pattern: what may stand there, and how often. */
interface Step {
  fits(digit: string): boolean;
  isSpelledOut: boolean;
  least: 0 | 1;
  isRepeated: boolean;
}

const ANY: Step = { fits: () => true, isSpelledOut: false, least: 1, isRepeated: false };

/**
 * Reads a `destination-pattern`: `.` any digit, `[2-4]` one of these, `T` any more digits or none, `%` `?` `+` the place before
 * any number of times, at most once, at least once; `+` in front is itself. Pauses, brackets of groups, `^` and `$` say
 * nothing here, as a pattern always means the whole number.
 */
function readPattern(pattern: string): Step[] {
  const steps: Step[] = [];
  for (const [token] of pattern.matchAll(/\[[^\]]*\]|[^,()^$]/g)) {
    const last = steps.at(-1);
    if (last && /^[%?+]$/.test(token)) {
      steps[steps.length - 1] = { ...last, least: token === '+' ? last.least : 0, isRepeated: token !== '?' };
    } else if (token === '.') steps.push(ANY);
    else if (/^t$/i.test(token)) steps.push({ ...ANY, least: 0, isRepeated: true });
    else if (token.startsWith('[')) steps.push({ ...ANY, fits: oneOf(token.slice(1, -1)) });
    else steps.push({ ...ANY, fits: (digit) => digit === token, isSpelledOut: true });
  }
  return steps;
}

/** `2-4,7` → whether a digit is one of these; `^2` → whether it is none. */
function oneOf(set: string): (digit: string) => boolean {
  const isNegated = set.startsWith('^');
  const parts = [...set.replace(/^\^/, '').matchAll(/(.)-(.)|[^,]/g)];
  const isIn = (digit: string) =>
    parts.some(([one, from, to]) => (from && to ? from <= digit && digit <= to : digit === one));
  return (digit) => isIn(digit) !== isNegated;
}

/** How many places of a pattern a number spells out; undefined when it does not fit. */
function fit(steps: readonly Step[], number: string): number | undefined {
  return reach(steps, number).get(steps.length);
}

/**
 * The places of a pattern that digits lead to, each with the most places spelled out on the way to it. Follows all ways
 * through the pattern at once, digit by digit, so that no pattern takes long.
 */
function reach(steps: readonly Step[], number: string): ReadonlyMap<number, number> {
  let reached = skip(new Map([[0, 0]]), steps);
  for (const digit of number) {
    const next = new Map<number, number>();
    for (const [at, score] of reached) {
      const step = steps[at];
      if (!step?.fits(digit)) continue;
      const better = score + (step.isSpelledOut ? 1 : 0);
      put(next, at + 1, better);
      if (step.isRepeated) put(next, at, better);
    }
    reached = skip(next, steps);
  }
  return reached;
}

/** Adds what is reached by leaving out places that need not be there. */
function skip(reached: Map<number, number>, steps: readonly Step[]): Map<number, number> {
  for (let at = 0; at < steps.length; at += 1) {
    const score = reached.get(at);
    if (score !== undefined && steps[at]?.least === 0) put(reached, at + 1, score);
  }
  return reached;
}

function put(reached: Map<number, number>, at: number, score: number): void {
  reached.set(at, Math.max(score, reached.get(at) ?? 0));
}
