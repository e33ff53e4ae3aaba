import type { Config } from './config';
import type { BlfSpeedDial, FeatureButton, LayoutType, SpeedDial, UrlButton } from './key-config';
import { keysOfType } from './phone-types';
import type { ButtonSeparator, Ephone, EphoneButton, EphoneDn } from './sccp-config';

/** What one physical key of an SCCP phone is. `index` is the tag of its command, not the key. */
export type PhoneKeyContent =
  /** A line; several dns are an overlay set. `overlayOf`: it shows the calls of another button of an overlay set. */
  | { kind: 'line'; button: number; separator: ButtonSeparator; dns: readonly EphoneDn[]; overlayOf?: number }
  /** It shows one dn (`m`), or the phone whose primary dn it is (`w`), and is no line. */
  | { kind: 'monitor'; button: number; dn: EphoneDn }
  | { kind: 'watch'; button: number; dn: EphoneDn }
  | ({ kind: 'speed-dial'; index: number } & SpeedDial)
  | ({ kind: 'blf-speed-dial'; index: number } & BlfSpeedDial)
  | ({ kind: 'feature'; index: number } & FeatureButton)
  | ({ kind: 'url'; index: number } & UrlButton);

/** A key in its place, counted from 1; expansion modules go on behind the phone's own keys. */
export type PhoneKey = { key: number } & PhoneKeyContent;

/** A button whose dns are not configured keeps its place, and stays blank. */
type Placed = { button: number; content?: PhoneKeyContent };

/**
 * The keys of an SCCP phone in physical order; keys that are blank are left out, and what has no key any more is not shown
 * [cme-presence 2.4]. Without a `button-layout` the buttons of lines are where their numbers say, and the other keys are
 * filled with speed-dials, BLF speed-dials, features and services, each kind in order of its tags. With one, each key takes
 * the next of its kind.
 * @param keys how many keys the phone has; by default what its `type` says
 */
export function phoneKeys(config: Config, phone: Ephone, keys = keysOfType(phone.type, phone.addons)): PhoneKey[] {
  const template = phone.template === undefined ? undefined : config.ephoneTemplates[phone.template];
  const lines = Object.entries(phone.buttons).map(([at, value]) => lineButton(config, phone, Number(at), value));
  const others = {
    'speed-dial': list('speed-dial', phone.speedDials),
    'blf-speed-dial': list('blf-speed-dial', { ...template?.blfSpeedDials, ...phone.blfSpeedDials }),
    feature: list('feature', { ...template?.featureButtons, ...phone.featureButtons }),
    url: list('url', template?.urlButtons ?? {}),
  };
  const layout = template?.buttonLayout ?? {};
  const placed = Object.keys(layout).length > 0 ? byLayout(layout, lines, others) : inUsualOrder(lines, others, keys);
  return placed.filter(({ key }) => key <= keys);
}

type Others = Record<Exclude<LayoutType, 'line'>, PhoneKeyContent[]>;

function byLayout(layout: Record<number, LayoutType>, lines: Placed[], others: Others): PhoneKey[] {
  const queues = { line: lines.map(({ content }) => content), ...others };
  // The first key is a line whatever the layout says of the others [cme-presence 2.8 `button-layout`].
  const types = Object.entries<LayoutType>({ 1: 'line', ...layout });
  const taken: Record<LayoutType, number> = { line: 0, 'speed-dial': 0, 'blf-speed-dial': 0, feature: 0, url: 0 };
  return types.flatMap(([key, type]) => {
    const content = queues[type][taken[type]++];
    return content ? [{ key: Number(key), ...content }] : [];
  });
}

function inUsualOrder(lines: Placed[], others: Others, keys: number): PhoneKey[] {
  const atKey = new Map<number, PhoneKeyContent | undefined>(lines.map(({ button, content }) => [button, content]));
  let key = 1;
  for (const content of Object.values(others).flat()) {
    while (atKey.has(key)) key += 1;
    if (key > keys) break;
    atKey.set(key, content);
  }
  return [...atKey]
    .flatMap(([at, content]) => (content ? [{ key: at, ...content }] : []))
    .sort((a, b) => a.key - b.key);
}

function lineButton(config: Config, phone: Ephone, button: number, { separator, tags }: EphoneButton): Placed {
  const overlay = separator === 'x' ? phone.buttons[tags[0] ?? 0] : undefined;
  const isOverlay = overlay?.separator === 'o' || overlay?.separator === 'c';
  const dnTags = separator === 'x' ? (isOverlay ? overlay.tags : []) : tags;
  const dns = dnTags.flatMap((tag) => config.ephoneDns[tag] ?? []);
  const [first] = dns;
  if (first === undefined) return { button };
  if (separator === 'm') return { button, content: { kind: 'monitor', button, dn: first } };
  if (separator === 'w') return { button, content: { kind: 'watch', button, dn: first } };
  const content = { kind: 'line' as const, button, separator, dns };
  return { button, content: separator === 'x' ? { ...content, overlayOf: tags[0] } : content };
}

function list(kind: Exclude<LayoutType, 'line'>, entries: Record<number, object>): PhoneKeyContent[] {
  return Object.entries(entries).map(([index, value]) => ({ kind, index: Number(index), ...value }) as PhoneKeyContent);
}
