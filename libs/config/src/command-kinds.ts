import { type Args, type Command } from './command';
import { type ModeRecord } from './config';

/** Kinds of command that many modes have, so that a mode lists what is its own. */

type Record_ = Record<string, unknown>;

/** `<words> <value>`: one value in one field; `initial` is the default, absent: no value. */
export function setting<R extends ModeRecord>(
  words: string,
  type: string,
  help: readonly string[],
  field: keyof R & string,
  initial?: string | number,
): Command<R> {
  return {
    pattern: `${words} ~ ${type}$value`,
    help,
    set: (record, args) => {
      (record as Record_)[field] = args.value('value');
    },
    unset: (record) => {
      if (initial === undefined) delete record[field];
      else (record as Record_)[field] = initial;
    },
    render: (record) => {
      const value = (record as Record_)[field] as string | number | undefined;
      return value === undefined || value === initial ? [] : [`${words} ${value}`];
    },
  };
}

/** A command without arguments that is on by default: running-config shows its `no`. */
export function flagOn<R extends ModeRecord>(
  pattern: string,
  help: readonly string[],
  field: { [K in keyof R]-?: R[K] extends boolean ? K : never }[keyof R] & string,
): Command<R> {
  const put = (record: R, value: boolean) => {
    (record as Record_)[field] = value;
  };
  return {
    pattern,
    help,
    set: (record) => put(record, true),
    unset: (record) => put(record, false),
    reset: (record) => put(record, true),
    render: (record) => (record[field] ? [] : [`no ${pattern}`]),
  };
}

/** `<words> <tag> …`: one entry a tag in one table. `help` starts with that of the words and the tag. */
export function entries<V, F extends string, R extends ModeRecord & Record<F, Record<number, V>>>(entry: {
  words: string;
  tags: string;
  rest: string;
  help: readonly string[];
  field: F;
  read(args: Args): V;
  print(value: V): string;
}): Command<R> {
  const { words, field } = entry;
  return {
    pattern: `${words} ${entry.tags}$tag ~ ${entry.rest}`,
    help: entry.help,
    set: (record, args, draft) => {
      (draft.own(record, field) as Record<number, V>)[args.number('tag')] = entry.read(args);
    },
    unset: (record, args, draft) => {
      delete (draft.own(record, field) as Record<number, V>)[args.number('tag')];
    },
    render: (record) => Object.entries<V>(record[field]).map(([tag, value]) => `${words} ${tag} ${entry.print(value)}`),
  };
}

/** A command that is an order to phones and leaves nothing in the configuration, its `no` form without any effect. */
export function order<R extends ModeRecord>(
  pattern: string,
  help: readonly string[],
  what: NonNullable<Command<R>['order']>,
): Command<R> {
  return {
    pattern,
    help,
    set: () => undefined,
    unset: () => undefined,
    render: () => [],
    order: what,
  };
}

/** A text as one word, in quotes where it would not be one otherwise. */
export function quoted(text: string): string {
  return /^[^\s"]+$/.test(text) ? text : `"${text}"`;
}
