import type { StreamName, Subjects } from '@linewatch/bus';

/** A stream to follow for `watch`, and what of it is wanted. */
export interface Reading {
  readonly stream: StreamName;
  /** What the server sends; all of the stream when absent. */
  readonly filter?: string;
  /** Whether a subject of what it sends is wanted. */
  matches(address: string): boolean;
}

/** The streams that `watch` can follow, with the subjects that each takes. */
function followed({ every }: Subjects): [StreamName, readonly string[]][] {
  return [
    ['LINES', [every.lineFacts, every.deviceFacts]],
    ['PRESENCE', [every.presence]],
    ['SUBSCRIPTIONS', [every.subscriptions]],
    ['CONFIG', [every.config]],
    ['CREDENTIALS', [every.credentials]],
    ['EDGES', [every.hellos, every.byes]],
  ];
}

/** Longer patterns are no number and no subject. */
const LONGEST_PATTERN = 256;

/**
 * What to follow for a pattern: a directory number (`2101`), one with `*` for any part of it (`21*`), or a subject as
 * NATS has it (`lw.line.>`), which begins with the prefix. Without a pattern: everything. None: no stream has such subjects.
 */
export function readingsOf(subjects: Subjects, pattern: string | undefined): Reading[] {
  if (pattern === undefined) return followed(subjects).map(([stream]) => ({ stream, matches: () => true }));
  if (pattern === '' || pattern.length > LONGEST_PATTERN || /\s/.test(pattern)) return [];
  if (pattern === '>' || pattern.startsWith(`${subjects.prefix}.`)) return readingsOfSubject(subjects, pattern);
  return pattern.includes('*') ? readingsOfNumbers(subjects, pattern) : readingsOfNumber(subjects, pattern);
}

function readingsOfNumber(subjects: Subjects, number: string): Reading[] {
  const matches = (): boolean => true;
  return [
    { stream: 'LINES', filter: subjects.lineFacts(number), matches },
    { stream: 'PRESENCE', filter: subjects.presence(number), matches },
    { stream: 'SUBSCRIPTIONS', filter: subjects.subscriptionsOf(number), matches },
  ];
}

/** A token of NATS is a wildcard or is none: numbers are chosen here. */
function readingsOfNumbers(subjects: Subjects, pattern: string): Reading[] {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+^$?()[\]{}|\\]/g, '\\$&'));
  const wanted = new RegExp(`^${parts.join('.*')}$`, 's');
  const matches = (address: string): boolean => {
    const parsed = subjects.parse(address);
    return parsed !== undefined && 'line' in parsed && wanted.test(parsed.line);
  };
  const { every } = subjects;
  return [
    { stream: 'LINES', filter: every.lineFacts, matches },
    { stream: 'PRESENCE', filter: every.presence, matches },
    { stream: 'SUBSCRIPTIONS', filter: every.subscriptions, matches },
  ];
}

/** The server takes as filter only what lies within a stream's own subjects, and one for each consumer. */
function readingsOfSubject(subjects: Subjects, pattern: string): Reading[] {
  if (!isPattern(pattern)) return [];
  const matches = (address: string): boolean => intersection(pattern, address) !== undefined;
  return followed(subjects).flatMap(([stream, taken]): Reading[] => {
    const filters = taken.flatMap((own) => intersection(pattern, own) ?? []);
    const [filter] = filters;
    if (filter === undefined) return [];
    return [filters.length === 1 ? { stream, filter, matches } : { stream, matches }];
  });
}

function isPattern(text: string): boolean {
  const tokens = text.split('.');
  return tokens.every((token, at) => {
    if (token === '>') return at === tokens.length - 1;
    return token === '*' || (token !== '' && !/[*>]/.test(token));
  });
}

/** The pattern of the subjects that two patterns have in common; `undefined`: there are none. */
export function intersection(a: string, b: string): string | undefined {
  const [left, right] = [a.split('.'), b.split('.')];
  const common: string[] = [];
  for (let at = 0; at < left.length || at < right.length; at++) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined) return undefined;
    if (one === '>') return [...common, ...right.slice(at)].join('.');
    if (other === '>') return [...common, ...left.slice(at)].join('.');
    if (one !== other && one !== '*' && other !== '*') return undefined;
    common.push(one === '*' ? other : one);
  }
  return common.join('.');
}
