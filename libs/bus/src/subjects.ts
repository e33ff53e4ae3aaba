/**
 * Every subject of linewatch, made and parsed here and nowhere else. Coarse to fine, so that `nats sub 'lw.line.3001.>'`
 * reads like a log. What comes from outside (a directory number, an edge id) is one escaped token.
 */

export type LineFactKind = 'registration' | 'call' | 'feature' | 'lease' | 'config' | 'relayed';
export type SubscriptionFactKind = 'accepted' | 'outgoing' | 'refreshed' | 'terminated';
export type DebugSaying = 'wish' | 'lines';
export type EdgeSaying = 'hello' | 'bye' | 'beat' | 'drain';

const lineFactKinds: readonly string[] = ['registration', 'call', 'feature', 'lease', 'config', 'relayed'];
const subscriptionFactKinds: readonly string[] = ['accepted', 'outgoing', 'refreshed', 'terminated'];
const debugSayings: readonly string[] = ['wish', 'lines'];
const edgeSayings: readonly string[] = ['hello', 'bye', 'beat', 'drain'];

/** What a subject speaks of: the inverse of the functions of `Subjects`. */
export type ParsedSubject =
  | { readonly kind: 'line'; readonly line: string; readonly fact: LineFactKind }
  | { readonly kind: 'device'; readonly device: string; readonly fact: string }
  | { readonly kind: 'presence'; readonly line: string }
  | { readonly kind: 'subscription'; readonly line: string; readonly fact: SubscriptionFactKind }
  | { readonly kind: 'notify'; readonly line: string }
  | { readonly kind: 'config'; readonly section: string }
  | { readonly kind: 'credentials'; readonly tag: string }
  | { readonly kind: 'edge'; readonly edge: string; readonly saying: EdgeSaying }
  | { readonly kind: 'ask'; readonly what: string }
  | { readonly kind: 'ask-edge'; readonly edge: string; readonly what: string }
  | { readonly kind: 'show'; readonly what: string }
  | { readonly kind: 'call'; readonly edge: string }
  | { readonly kind: 'deadletter'; readonly service: string }
  | { readonly kind: 'debug'; readonly session: string; readonly saying: DebugSaying };

/** The subjects under one prefix. All arguments are plain text; the functions escape them. */
export interface Subjects {
  readonly prefix: string;
  lineFact(line: string, kind: LineFactKind): string;
  deviceFact(device: string, fact: string): string;
  presence(line: string): string;
  subscription(line: string, what: SubscriptionFactKind): string;
  notify(line: string): string;
  config(section: string): string;
  /** What the credential file of that tag held when it was loaded last. */
  credentials(tag: number): string;
  edge(id: string, what: EdgeSaying): string;
  /** A question that any copy of a service answers: `lw.ask.authorize`. */
  ask(what: string): string;
  /** A question to one edge: `lw.ask.sip-edge-1.explain`. */
  askEdge(edge: string, what: string): string;
  /** A question that every copy answers: scatter and gather. */
  show(what: string): string;
  /** Call legs that end at that edge. */
  call(edge: string): string;
  deadLetter(service: string): string;
  /** What a shell wants to be told of every process, and what they tell it: `lw.debug.<session>.wish`. */
  debug(session: string, what: DebugSaying): string;
  /** Patterns for `follow`, `consume` and `listen`. */
  readonly every: {
    readonly lineFacts: string;
    readonly registrations: string;
    readonly deviceFacts: string;
    readonly presence: string;
    readonly subscriptions: string;
    readonly outgoing: string;
    readonly notify: string;
    readonly config: string;
    readonly credentials: string;
    readonly hellos: string;
    readonly byes: string;
    readonly beats: string;
    readonly drains: string;
    readonly deadLetters: string;
    readonly debugWishes: string;
  };
  /** All facts of one line. */
  lineFacts(line: string): string;
  /** All subscription facts of one line. */
  subscriptionsOf(line: string): string;
  /** What the subject speaks of; `undefined` when it is not one of ours. */
  parse(subject: string): ParsedSubject | undefined;
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * One readable token of a text: letters, digits and `-` stay, every other byte of its UTF-8 becomes `_XX`
 * (`+4930` is `_2B4930`, `20..` is `20_2E_2E`). The empty text is `_`.
 */
export function escapeToken(text: string): string {
  if (text === '') return '_';
  if (/^[0-9A-Za-z-]+$/.test(text)) return text;
  let token = '';
  for (const byte of utf8.encode(text)) token += isPlain(byte) ? String.fromCharCode(byte) : hexOf(byte);
  return token;
}

/** The text of a token; `undefined` when `escapeToken` did not make it. */
export function unescapeToken(token: string): string | undefined {
  if (token === '_') return '';
  if (/^[0-9A-Za-z-]+$/.test(token)) return token;
  if (!/^(?:[0-9A-Za-z-]|_[0-9A-F]{2})+$/.test(token)) return undefined;
  const percent = token.replace(/_/g, '%');
  const bytes: number[] = [];
  for (let at = 0; at < percent.length; at++) {
    if (percent[at] === '%') {
      bytes.push(parseInt(percent.slice(at + 1, at + 3), 16));
      at += 2;
    } else bytes.push(percent.charCodeAt(at));
  }
  try {
    return fromUtf8.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function isPlain(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d
  );
}

function hexOf(byte: number): string {
  return `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Edge ids share a place with the word `show`; an edge of that name is written in escapes. */
function edgeToken(edge: string): string {
  return edge === 'show' ? '_73how' : escapeToken(edge);
}

/**
 * The subjects under a prefix.
 * @throws RangeError when the prefix is not one token of letters, digits, `-` and `_`
 */
export function makeSubjects(prefix = 'lw'): Subjects {
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/.test(prefix))
    throw new RangeError(
      `The subject prefix "${prefix}" must be 1 to 32 letters, digits, "-" or "_", and begin with a letter or digit.`,
    );
  const token = escapeToken;
  return {
    prefix,
    lineFact: (line, kind) => `${prefix}.line.${token(line)}.${kind}`,
    deviceFact: (device, fact) => `${prefix}.device.${token(device)}.${token(fact)}`,
    presence: (line) => `${prefix}.presence.${token(line)}`,
    subscription: (line, what) => `${prefix}.subscription.${token(line)}.${what}`,
    notify: (line) => `${prefix}.notify.${token(line)}`,
    config: (section) => `${prefix}.config.${token(section)}`,
    credentials: (tag) => `${prefix}.credentials.${tag}`,
    edge: (id, what) => `${prefix}.edge.${token(id)}.${what}`,
    ask: (what) => `${prefix}.ask.${token(what)}`,
    askEdge: (edge, what) => `${prefix}.ask.${edgeToken(edge)}.${token(what)}`,
    show: (what) => `${prefix}.ask.show.${token(what)}`,
    call: (edge) => `${prefix}.call.${token(edge)}`,
    deadLetter: (service) => `${prefix}.deadletter.${token(service)}`,
    debug: (session, what) => `${prefix}.debug.${token(session)}.${what}`,
    every: {
      lineFacts: `${prefix}.line.*.*`,
      registrations: `${prefix}.line.*.registration`,
      deviceFacts: `${prefix}.device.*.*`,
      presence: `${prefix}.presence.*`,
      subscriptions: `${prefix}.subscription.*.*`,
      outgoing: `${prefix}.subscription.*.outgoing`,
      notify: `${prefix}.notify.*`,
      config: `${prefix}.config.*`,
      credentials: `${prefix}.credentials.*`,
      hellos: `${prefix}.edge.*.hello`,
      byes: `${prefix}.edge.*.bye`,
      beats: `${prefix}.edge.*.beat`,
      drains: `${prefix}.edge.*.drain`,
      deadLetters: `${prefix}.deadletter.*`,
      debugWishes: `${prefix}.debug.*.wish`,
    },
    lineFacts: (line) => `${prefix}.line.${token(line)}.*`,
    subscriptionsOf: (line) => `${prefix}.subscription.${token(line)}.*`,
    parse: (subject) => parseSubject(prefix, subject),
  };
}

function parseSubject(prefix: string, subject: string): ParsedSubject | undefined {
  const [head, area, ...rest] = subject.split('.');
  if (head !== prefix || area === undefined) return undefined;
  const parts = rest.map(unescapeToken);
  const [first, second] = parts;
  if (first === undefined) return undefined;
  if (rest.length === 1) return parseOne(area, first);
  if (rest.length !== 2 || second === undefined) return undefined;
  switch (area) {
    case 'line':
      return lineFactKinds.includes(second) ? { kind: 'line', line: first, fact: second as LineFactKind } : undefined;
    case 'device':
      return { kind: 'device', device: first, fact: second };
    case 'subscription':
      return subscriptionFactKinds.includes(second)
        ? { kind: 'subscription', line: first, fact: second as SubscriptionFactKind }
        : undefined;
    case 'edge':
      return edgeSayings.includes(second) ? { kind: 'edge', edge: first, saying: second as EdgeSaying } : undefined;
    case 'debug':
      return debugSayings.includes(second)
        ? { kind: 'debug', session: first, saying: second as DebugSaying }
        : undefined;
    case 'ask':
      return rest[0] === 'show' ? { kind: 'show', what: second } : { kind: 'ask-edge', edge: first, what: second };
    default:
      return undefined;
  }
}

function parseOne(area: string, value: string): ParsedSubject | undefined {
  switch (area) {
    case 'presence':
      return { kind: 'presence', line: value };
    case 'notify':
      return { kind: 'notify', line: value };
    case 'config':
      return { kind: 'config', section: value };
    case 'credentials':
      return { kind: 'credentials', tag: value };
    case 'ask':
      return { kind: 'ask', what: value };
    case 'call':
      return { kind: 'call', edge: value };
    case 'deadletter':
      return { kind: 'deadletter', service: value };
    default:
      return undefined;
  }
}
