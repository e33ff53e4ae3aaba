import { type UnknownLine } from './config';
import { type Draft } from './draft';
import { placeOf } from './running-order';
import { collapseBlanks } from './tokens';

/** Something that holds unknown lines: the record of a mode, or an unknown line that opened a mode of its own. */
export type Holder = { unknown?: UnknownLine[] } | UnknownLine;

/** Stands for a removed line until the end, so that the places of the others stay true. */
const REMOVED: UnknownLine = { text: '' };

/**
 * Keeps commands that linewatch does not know, while a draft is being changed. Like any command, one that is given
 * again stays once; `no X` takes back a kept `X`, and is kept itself when there is none. A list may be long (the lines
 * of a whole other product), so every list that is touched gets an index.
 */
export class UnknownLines {
  private readonly places = new Map<UnknownLine[], Map<string, number>>();
  private readonly holes = new Set<Holder>();
  /** A global line was given. */
  private isTouched = false;

  constructor(private readonly draft: Draft) {}

  /** Keeps a line with its block, or takes one back; gives the kept line, which may hold others. */
  give(holder: Holder, text: string, block?: readonly string[]): UnknownLine | undefined {
    const [, verb, rest] = /^(no|default)[ \t]+(.*)$/.exec(text) ?? [];
    if (rest !== undefined && (this.remove(holder, rest) || verb === 'default')) return undefined;
    this.remove(holder, `no ${text}`);
    const line = this.keep(holder, text);
    if (block) line.block = [...block];
    else delete line.block;
    return line;
  }

  /** Keeps a line that closes what another opened: the last one given, or else the last one kept; false when there is none. */
  close(holder: Holder, text: string, given: UnknownLine | undefined): boolean {
    const line = given ?? this.lastOf(holder);
    if (line === undefined) return false;
    if (!line.ends?.includes(text)) line.ends = [...(line.ends ?? []), text];
    return true;
  }

  /** Closes the holes that removed lines left, and brings global lines into their order. To be called once, at the end. */
  finish(): void {
    for (const holder of this.holes) {
      const left = linesOf(holder)?.filter((line) => line !== REMOVED);
      putLines(holder, left?.length ? left : undefined);
    }
    const { config } = this.draft;
    if (this.isTouched && config.unknown) config.unknown = inOrder(config.unknown);
  }

  private keep(holder: Holder, text: string): UnknownLine {
    if (linesOf(holder) === undefined) putLines(holder, this.draft.adopt([]));
    const { lines, places } = this.listOf(holder);
    if (holder === this.draft.config) this.isTouched = true;
    const key = keyOf(text);
    const place = places.get(key);
    if (place !== undefined) return Object.assign(this.draft.own(lines, place), { text });
    places.set(key, lines.length);
    const line = this.draft.adopt<UnknownLine>({ text });
    lines.push(line);
    return line;
  }

  private remove(holder: Holder, text: string): boolean {
    if (linesOf(holder) === undefined) return false;
    const key = keyOf(text);
    const { lines, places } = this.listOf(holder);
    const place = places.get(key);
    if (place === undefined) return false;
    places.delete(key);
    lines[place] = REMOVED;
    this.holes.add(holder);
    return true;
  }

  private lastOf(holder: Holder): UnknownLine | undefined {
    if (linesOf(holder) === undefined) return undefined;
    const { lines } = this.listOf(holder);
    let last = lines.length - 1;
    while (lines[last] === REMOVED) last -= 1;
    return last < 0 ? undefined : this.draft.own(lines, last);
  }

  private listOf(holder: Holder): { lines: UnknownLine[]; places: Map<string, number> } {
    const lines = 'text' in holder ? this.draft.own(holder, 'lines') : this.draft.own(holder, 'unknown');
    let places = this.places.get(lines);
    if (places === undefined) {
      places = new Map(lines.map((line, place) => [keyOf(line.text), place]));
      this.places.set(lines, places);
    }
    return { lines, places };
  }
}

/** What makes two lines the same command: of a banner only its kind. */
function keyOf(text: string): string {
  return collapseBlanks(text).replace(/^((?:no )?banner [a-z-]+) .*$/, '$1');
}

function inOrder(lines: UnknownLine[]): UnknownLine[] {
  const placed = lines.map((line) => ({ line, place: placeOf(line.text) }));
  return placed.sort((a, b) => a.place - b.place).map(({ line }) => line);
}

function linesOf(holder: Holder): UnknownLine[] | undefined {
  return 'text' in holder ? holder.lines : holder.unknown;
}

function putLines(holder: Holder, lines: UnknownLine[] | undefined): void {
  const record = holder as { lines?: UnknownLine[]; unknown?: UnknownLine[] };
  const key = 'text' in holder ? 'lines' : 'unknown';
  if (lines === undefined) delete record[key];
  else record[key] = lines;
}
