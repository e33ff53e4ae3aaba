import { parsePositions, printPositions } from '../buttons';
import { type Command } from '../command';
import { entries, quoted } from '../command-kinds';
import { type ModeRecord } from '../config';
import { type BlfSpeedDial, type FeatureButton, type LayoutType, type SpeedDial, type UrlButton } from '../key-config';

/** Commands for the keys of a phone, in the modes of phones and of their templates. */

type With<F extends string, V> = ModeRecord & Record<F, Record<number, V>>;

const LABEL_HELP = ['Text beside the key', 'Up to 30 characters, in quotes if there are blanks'];

/** `blf-speed-dial <tag> <number> label <string> [device]`, with the tags of the kind of phone [cme-presence 2.4]. */
export function blfSpeedDial<R extends With<'blfSpeedDials', BlfSpeedDial>>(tags: string): Command<R> {
  return entries<BlfSpeedDial, 'blfSpeedDials', R>({
    words: 'blf-speed-dial',
    tags,
    rest: 'DIALED$number label STRING$label [device]',
    help: [
      'A key that dials a number and shows its status',
      'Tag of the key',
      'Number to dial and watch',
      ...LABEL_HELP,
      'Watch the phone whose primary line has the number',
    ],
    field: 'blfSpeedDials',
    read: (args) => ({ number: args.text('number'), label: args.text('label'), device: args.has('device') }),
    print: ({ number, label, device }) => `${number} label "${label}"${device ? ' device' : ''}`,
  });
}

/** `speed-dial <1-36> <number> [label <string>]`: a key that dials a number. */
export function speedDial<R extends With<'speedDials', SpeedDial>>(): Command<R> {
  return entries<SpeedDial, 'speedDials', R>({
    words: 'speed-dial',
    tags: '(1-36)',
    rest: 'DIALED$number [label STRING$label]',
    help: ['A key that dials a number', 'Tag of the key', 'Number to dial', ...LABEL_HELP],
    field: 'speedDials',
    read: (args) => ({ number: args.text('number'), ...(args.has('label') && { label: args.text('label') }) }),
    print: ({ number, label }) => `${number}${label === undefined ? '' : ` label "${label}"`}`,
  });
}

/** `fastdial <1-100> <number> [name <string>]`: an entry of the phone's own menu, no key. */
export function fastdial<R extends With<'fastdials', SpeedDial>>(): Command<R> {
  return entries<SpeedDial, 'fastdials', R>({
    words: 'fastdial',
    tags: '(1-100)',
    rest: 'DIALED$number [name STRING$label]',
    help: [
      "An entry of the phone's personal list",
      'Tag of the entry',
      'Number to dial',
      'Name of the entry',
      'Up to 30 characters, in quotes if there are blanks',
    ],
    field: 'fastdials',
    read: (args) => ({ number: args.text('number'), ...(args.has('label') && { label: args.text('label') }) }),
    print: ({ number, label }) => `${number}${label === undefined ? '' : ` name ${quoted(label)}`}`,
  });
}

/** `feature-button <index> <feature> [label <string>]`. */
export function featureButton<R extends With<'featureButtons', FeatureButton>>(): Command<R> {
  return entries<FeatureButton, 'featureButtons', R>({
    words: 'feature-button',
    tags: '(1-24)',
    rest: 'NAME$feature [label STRING$label]',
    help: ['A key for a feature', 'Index of the key', 'Feature, e.g. Park', ...LABEL_HELP],
    field: 'featureButtons',
    read: (args) => ({ feature: args.text('feature'), ...(args.has('label') && { label: args.text('label') }) }),
    print: ({ feature, label }) => `${feature}${label === undefined ? '' : ` label "${label}"`}`,
  });
}

/** `url-button <index> {<service> | <url>} [<name>]`. */
export function urlButton<R extends With<'urlButtons', UrlButton>>(): Command<R> {
  return entries<UrlButton, 'urlButtons', R>({
    words: 'url-button',
    tags: '(1-8)',
    rest: 'WORD$url [STRING$name]',
    help: ['A key for a service', 'Index of the key', 'Service or its URL', 'Text beside the key'],
    field: 'urlButtons',
    read: (args) => ({ url: args.text('url'), ...(args.has('name') && { name: args.text('name') }) }),
    print: ({ url, name }) => `${url}${name === undefined ? '' : ` ${quoted(name)}`}`,
  });
}

const LAYOUT_HELP: Record<LayoutType, string> = {
  line: 'Lines',
  'speed-dial': 'Speed-dials',
  'blf-speed-dial': 'BLF speed-dials',
  feature: 'Features',
  url: 'Services',
};
const LAYOUT_TYPES = Object.keys(LAYOUT_HELP) as LayoutType[];

/**
 * `button-layout <keys> <type>`: what physical keys are. Each command adds to the ones before; key 1 can only be a line.
 * @param suffix what the mode adds to the words `feature` and `url`: SIP phones have `feature-button` and `url-button`
 */
export function buttonLayout<R extends ModeRecord & { buttonLayout: Record<number, LayoutType> }>(
  suffix: '' | '-button',
): Command<R> {
  const wordOf = (type: LayoutType) => (type === 'feature' || type === 'url' ? `${type}${suffix}` : type);
  const typeOf = new Map(LAYOUT_TYPES.map((type) => [wordOf(type), type]));
  const print = (layout: readonly [number, LayoutType][]) =>
    LAYOUT_TYPES.flatMap((type) => {
      const keys = layout.filter(([, is]) => is === type).map(([key]) => key);
      return keys.length > 0 ? [`button-layout ${printPositions(keys)} ${wordOf(type)}`] : [];
    });
  return {
    pattern: `button-layout ~ POSITIONS$keys <${LAYOUT_TYPES.map(wordOf).join('|')}>$type`,
    help: ['What the keys of the phone are', 'Keys, e.g. 2,4-6', ...Object.values(LAYOUT_HELP)],
    refuse: (_record, args) =>
      args.text('type') !== 'line' && keysOf(args.text('keys')).includes(1)
        ? '% The first button must be a line'
        : undefined,
    set: (record, args, draft) => {
      const layout = draft.own(record, 'buttonLayout') as Record<number, LayoutType>;
      for (const key of keysOf(args.text('keys'))) layout[key] = typeOf.get(args.text('type')) ?? 'line';
    },
    unset: (record, args, draft) => {
      const layout = draft.own(record, 'buttonLayout') as Record<number, LayoutType>;
      const named = args.has('keys') ? keysOf(args.text('keys')) : Object.keys(layout).map(Number);
      for (const key of named) delete layout[key];
    },
    render: ({ buttonLayout: layout }) => print(layoutOf(layout)),
    diff: (from, to) => {
      const [old, now] = [from?.buttonLayout ?? {}, to.buttonLayout];
      const gone = layoutOf(old).filter(([key]) => now[key] === undefined);
      const changed = layoutOf(now).filter(([key, type]) => old[key] !== type);
      return [...print(gone).map((line) => `no ${line}`), ...print(changed)];
    },
  };
}

function layoutOf(layout: Record<number, LayoutType>): [number, LayoutType][] {
  return Object.entries(layout).map(([key, type]) => [Number(key), type]);
}

function keysOf(positions: string): number[] {
  return parsePositions(positions) ?? [];
}
