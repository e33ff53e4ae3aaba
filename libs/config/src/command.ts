import { type Config, type ModeRecord } from './config';
import { type Draft } from './draft';
import { type Values } from './grammar';

/**
 * One command: what it looks like, what its words mean, what it does and how it is printed, together.
 * `R` is the record of the mode it belongs to.
 */
export interface Command<R extends ModeRecord> {
  /** See `Element` for the language of patterns. */
  pattern: string;
  /** The `?` help, one text for each keyword and argument of the pattern. */
  help: readonly string[];
  /** Carries the command out; the record is the draft's own, anything below it is not: `draft.own(record, …)`. */
  set(record: R, args: Args, draft: Draft): void;
  /** Carries out its `no` form, and its `default` form too unless `reset` says otherwise. */
  unset(record: R, args: Args, draft: Draft): void;
  /** Carries out `default`, where that is not the same as `no`. */
  reset?(record: R, args: Args, draft: Draft): void;
  /** The lines that running-config shows, none at default. Their beginning up to the pattern's `~` names a line. */
  render(record: R): string[];
  /** Why typed arguments cannot be taken as things stand, as IOS words it; undefined: they can. */
  refuse?(record: R, args: Args, draft: Draft): string | undefined;
  /**
   * What is missing in the record that has to be there before somebody types it, as IOS words it. In a whole text it may
   * come later: running-config has an order of its own.
   */
  needs?(record: R): string | undefined;
  /** The lines that turn one record into another, where a printed line says several things; `from` absent: a new one. */
  diff?(from: R | undefined, to: R): string[];
  /** What phones are to do when it is given; its `no` form orders nothing. */
  order?: PhoneOrder['order'];
}

/** Something that phones are to do now. */
export interface PhoneOrder {
  order: 'restart' | 'reset' | 'create-files';
  phones: 'sip' | 'sccp';
  /** The phone, e.g. `ephone:1`; absent: all of that kind. */
  device?: string;
}

/** A mode: the command that opens it, the commands in it, and where its records live in the Config. */
export interface Mode<R extends ModeRecord> {
  /** The words that open it, e.g. `voice register dn`; unique. */
  name: string;
  /** What stands in the prompt's parentheses. */
  prompt: string;
  /** The name of the mode it is opened in; `configure` is the root. */
  under: string;
  /** The opening command. */
  pattern: string;
  help: readonly string[];
  /** The record that the opening command means, made when there is none, as the draft's own. */
  open(draft: Draft, args: Args): R;
  /** Why the typed opening command cannot be taken as things stand, as IOS words it; undefined: it can. */
  refuse?(draft: Draft, args: Args): string | undefined;
  /** Commands of the mode that are typed before this one are refused; what undoes something is not. */
  first?: First<R>;
  /** What a shell asks before it carries out `no` of the opening command, as IOS words it. */
  question?: string;
  /** Carries out `no` of the opening command. */
  close(draft: Draft, args: Args): void;
  /** The part of a Config that holds every record of this mode: equal parts, nothing changed. */
  part(config: Config): object;
  /** Its records in the order in which they are printed; with `other`, those that it shares with that Config may be left out. */
  instances(config: Config, other?: Config): Iterable<Instance<R>>;
  /** In the order in which they are printed. */
  commands: Command<R>[];
  /** Whom an order given in this mode is for. */
  phones?: PhoneOrder['phones'];
}

/** The command that has to be typed first in a mode. */
export interface First<R extends ModeRecord> {
  /** Its first word. */
  word: string;
  /** It was given. */
  isGiven(record: R): boolean;
  /** Why another command is refused before, as IOS would word it. */
  refusal: string;
}

/** One record of a mode. */
export interface Instance<R extends ModeRecord> {
  /** As printed, with two blanks before the tag; one record whose heading changes is another record to `diffConfig`. */
  heading: string;
  /** Tells the records of one mode apart; 0 where there is only one. */
  tag: number;
  record: R;
  /** The opening command itself says something: it is printed even when nothing stands below it. */
  exists: boolean;
}

/** The arguments of a command by the names of its pattern. */
export class Args {
  constructor(private readonly values: Values) {}

  /** The keyword or argument was there. */
  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** A numeric argument; throws when the pattern has none of that name, or it was left out. */
  number(name: string): number {
    const value = this.values[name];
    if (typeof value !== 'number') throw new Error(`no number named ${name}`);
    return value;
  }

  /** The argument as it is; undefined when it was left out. */
  value(name: string): string | number | undefined {
    return this.has(name) ? this.values[name] : undefined;
  }

  /** A text argument; throws when the pattern has none of that name, or it was left out. */
  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw new Error(`no text named ${name}`);
    return value;
  }
}

/** The fields of a record that are on or off. */
type Switch<R> = { [K in keyof R]-?: R[K] extends boolean ? K : never }[keyof R];

/** A command without arguments that turns one field on, and off with `no`. */
export function flag<R extends ModeRecord>(pattern: string, help: readonly string[], field: Switch<R>): Command<R> {
  const put = (record: R, value: boolean) => {
    record[field] = value as R[Switch<R>];
  };
  return {
    pattern,
    help,
    set: (record) => put(record, true),
    unset: (record) => put(record, false),
    render: (record) => (record[field] ? [pattern] : []),
  };
}

/** A mode whose records are numbered and live in one table of the Config. */
export function taggedMode<R extends ModeRecord & { tag: number }>(
  mode: Pick<Mode<R>, 'name' | 'prompt' | 'pattern' | 'help' | 'commands' | 'refuse' | 'phones' | 'first'> & {
    table: { [K in keyof Config]: Config[K] extends Record<number, R> ? K : never }[keyof Config] & string;
    create(tag: number, args: Args): R;
    /** As printed, where it is not the name of the mode and the tag. */
    heading?(record: R): string;
  },
): Mode<R> {
  const tableOf = (config: Config) => config[mode.table] as unknown as Record<number, R>;
  return {
    ...mode,
    under: 'configure',
    open: (draft, args) => {
      const tag = args.number('tag');
      const table = draft.own(draft.config, mode.table) as unknown as Record<number, R>;
      if (table[tag] !== undefined) return draft.own(table, tag);
      return (table[tag] = draft.adopt(mode.create(tag, args)));
    },
    close: (draft, args) => {
      const tag = args.number('tag');
      if (tableOf(draft.config)[tag] === undefined) return;
      delete (draft.own(draft.config, mode.table) as unknown as Record<number, R>)[tag];
    },
    part: tableOf,
    *instances(config, other) {
      const shared = other && tableOf(other);
      for (const record of Object.values(tableOf(config))) {
        if (shared?.[record.tag] === record) continue;
        const heading = mode.heading?.(record) ?? `${mode.name}  ${record.tag}`;
        yield { heading, tag: record.tag, record, exists: true };
      }
    },
  };
}

/** A mode with one record that is always there, and is printed when it says anything. */
export function singleMode<R extends ModeRecord>(
  mode: Pick<Mode<R>, 'name' | 'prompt' | 'under' | 'help' | 'commands' | 'phones'> & {
    field: { [K in keyof Config]: Config[K] extends R ? K : never }[keyof Config] & string;
    empty(): R;
    /** The opening command alone switches something on. */
    enters?(record: R): void;
    exists?(record: R): boolean;
  },
): Mode<R> {
  const recordOf = (config: Config) => config[mode.field] as unknown as R;
  return {
    ...mode,
    pattern: mode.name,
    open: (draft) => {
      const record = draft.own(draft.config, mode.field) as unknown as R;
      mode.enters?.(record);
      return record;
    },
    close: (draft) => {
      (draft.config as unknown as Record<string, unknown>)[mode.field] = draft.adopt(mode.empty());
    },
    part: recordOf,
    instances: (config) => [
      { heading: mode.name, tag: 0, record: recordOf(config), exists: mode.exists?.(recordOf(config)) ?? false },
    ],
  };
}
