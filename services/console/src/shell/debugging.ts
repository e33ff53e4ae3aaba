import type { Bus, Heard, Listening } from '@linewatch/bus';
import { type DebugWish, type PresenceDebugKind, presenceDebugKinds } from '@linewatch/presence';
import { formatMac } from '@linewatch/config';
import { DEBUG_RENEWAL_MS } from '@linewatch/runtime';
import { printable } from '../console-io';
import { logTime } from '../layouts/time-text';

/** What a shell debugs, as data, and how it is told of it by every process [cme-presence 5.3, 5.4]. */

/** Nothing. */
export const NO_DEBUGGING: DebugWish = { presence: [], ephoneBlf: [] };

/** Whether anything is debugged. */
export function isDebugging({ presence, ephoneBlf }: DebugWish): boolean {
  return presence.length > 0 || ephoneBlf.length > 0;
}

/** `debug presence <kind>`, or with `no`. */
export function withPresence(wish: DebugWish, kind: PresenceDebugKind | 'all', isOn: boolean): DebugWish {
  const named: readonly PresenceDebugKind[] = kind === 'all' ? presenceDebugKinds : [kind];
  const presence = presenceDebugKinds.filter((one) => (named.includes(one) ? isOn : wish.presence.includes(one)));
  return { ...wish, presence };
}

/** `debug ephone blf [mac-address …]`, or with `no`. One phone is added to others; all phones take their place. */
export function withEphoneBlf(wish: DebugWish, mac: string | undefined, isOn: boolean): DebugWish {
  const { ephoneBlf } = wish;
  if (mac === undefined) return { ...wish, ephoneBlf: isOn ? 'all' : [] };
  const others = ephoneBlf === 'all' ? [] : ephoneBlf.filter((one) => one !== mac);
  if (!isOn) return { ...wish, ephoneBlf: ephoneBlf === 'all' ? 'all' : others };
  return { ...wish, ephoneBlf: [...others, mac].slice(-MOST_PHONES) };
}

/** As many as a wish has room for. */
const MOST_PHONES = 64;

/** `show debugging`. */
export function debuggingText({ presence, ephoneBlf }: DebugWish): string {
  const lines: string[] = [];
  if (presence.length > 0) lines.push('PRESENCE:', ...presence.map((kind) => `  Presence ${kind} debugging is on`), '');
  if (ephoneBlf === 'all') lines.push('EPHONE:', '  EPHONE BLF debugging is enabled', '');
  else if (ephoneBlf.length > 0)
    lines.push(
      'EPHONE:',
      ...ephoneBlf.map((mac) => `  EPHONE BLF debugging is enabled for phone ${formatMac(mac)}`),
      '',
    );
  return lines.map((line) => `${line}\n`).join('');
}

/** The lines of one message as a terminal shows them: `*Sep  4 07:18:26.307: …`. */
export function debugText({ event, source }: Pick<Heard, 'event' | 'source'>): string[] {
  if (event.type !== 'linewatch.debug.lines') return [];
  const { lines, dropped } = event.data;
  const texts = lines.map(({ at, text }) => `*${logTime(at)}: ${printable(text)}`);
  // Those that were left out came after the ones that are here.
  if (dropped > 0)
    texts.push(`(${dropped} messages of ${printable(source.replace(/^\//, '').replace('/', '-'))} were left out)`);
  return texts;
}

/** Tells every process what this shell wants, again and again, and gives what they tell. */
export class Debugging {
  private wish = NO_DEBUGGING;
  private listening: Promise<Listening> | undefined;
  private renewal: NodeJS.Timeout | undefined;

  /** @param session names this shell among all */
  constructor(
    private readonly bus: Pick<Bus, 'listen' | 'publish' | 'subjects'>,
    private readonly session: string,
    private readonly say: (texts: readonly string[]) => void,
  ) {}

  /** Wants this from now on. */
  want(wish: DebugWish): void {
    this.wish = wish;
    if (!isDebugging(wish)) return this.stop();
    this.renewal ??= setInterval(() => this.tell(), DEBUG_RENEWAL_MS);
    this.listening ??= this.bus.listen(this.bus.subjects.debug(this.session, 'lines'), (heard) => {
      const texts = debugText(heard);
      if (texts.length > 0 && isDebugging(this.wish)) this.say(texts);
    });
    // First the ear, then the wish: no line of the first moment is missed.
    void this.listening.then(() => this.tell());
  }

  /** Wants nothing more, and says so; who cannot hear it finds it out by the lease. */
  stop(): void {
    this.wish = NO_DEBUGGING;
    clearInterval(this.renewal);
    this.renewal = undefined;
    const { listening } = this;
    this.listening = undefined;
    if (listening === undefined) return;
    this.tell();
    void listening.then((one) => one.stop());
  }

  private tell(): void {
    this.bus.publish(this.bus.subjects.debug(this.session, 'wish'), { type: 'linewatch.debug.wish', data: this.wish });
  }
}
