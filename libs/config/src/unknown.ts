import { type UnknownLine } from './config';
import { type Draft } from './draft';
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

  constructor(private readonly draft: Draft) {}

  /** Keeps a line, or takes one back; gives the kept line, which may hold others. */
  give(holder: Holder, text: string): UnknownLine | undefined {
    const [, verb, rest] = /^(no|default)[ \t]+(.*)$/.exec(text) ?? [];
    if (rest !== undefined && (this.remove(holder, rest) || verb === 'default')) return undefined;
    this.remove(holder, `no ${text}`);
    return this.keep(holder, text);
  }

  /** Closes the holes that removed lines left. To be called once, at the end. */
  finish(): void {
    for (const holder of this.holes) {
      const left = linesOf(holder)?.filter((line) => line !== REMOVED);
      putLines(holder, left?.length ? left : undefined);
    }
  }

  private keep(holder: Holder, text: string): UnknownLine {
    if (linesOf(holder) === undefined) putLines(holder, this.draft.adopt([]));
    const { lines, places } = this.listOf(holder);
    const key = collapseBlanks(text);
    const place = places.get(key);
    if (place !== undefined) return this.draft.own(lines, place);
    places.set(key, lines.length);
    const line = this.draft.adopt<UnknownLine>({ text });
    lines.push(line);
    return line;
  }

  private remove(holder: Holder, text: string): boolean {
    if (linesOf(holder) === undefined) return false;
    const key = collapseBlanks(text);
    const { lines, places } = this.listOf(holder);
    const place = places.get(key);
    if (place === undefined) return false;
    places.delete(key);
    lines[place] = REMOVED;
    this.holes.add(holder);
    return true;
  }

  private listOf(holder: Holder): { lines: UnknownLine[]; places: Map<string, number> } {
    const lines = 'text' in holder ? this.draft.own(holder, 'lines') : this.draft.own(holder, 'unknown');
    let places = this.places.get(lines);
    if (places === undefined) {
      places = new Map(lines.map((line, place) => [collapseBlanks(line.text), place]));
      this.places.set(lines, places);
    }
    return { lines, places };
  }
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
