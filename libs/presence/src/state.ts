import type { LineState } from './events';
import { dialogsOf, lampOf, type LineFold } from './line';
import { phonesOf } from './phone';
import { relayViews } from './relay';

/** What was last published of a line, without its fold. `foldTime` is the `time` of the fold that it carried. */
export interface PublishedView extends Omit<LineState, 'fold'> {
  readonly foldTime: number;
}

/** The state message of a line [design 4]. `since` moves only when the lamp changes. */
export function lineStateOf(fold: LineFold, cause: string, before: PublishedView | undefined): LineState {
  const lamp = lampOf(fold);
  const same = before !== undefined && sameLamp(before.lamp, lamp);
  const since = same ? before.since : fold.time;
  return { ...viewOf(fold), lamp, since, cause, fold };
}

/** What to remember of a state that was published. */
export function publishedView({ fold, ...state }: LineState): PublishedView {
  return { ...state, foldTime: fold.time };
}

/** Whether two lamps look alike to a watcher of package `presence`. */
export function sameLamp(a: LineState['lamp'], b: LineState['lamp']): boolean {
  return a.state === b.state && a.dnd === b.dnd;
}

type View = Pick<LineState, 'lamp' | 'dialogs' | 'phones' | 'relayed'>;

function viewOf(fold: LineFold): View {
  return { lamp: lampOf(fold), dialogs: dialogsOf(fold), phones: phonesOf(fold), relayed: relayViews(fold) };
}

/** Whether two states look alike to every watcher: in the lamp, the dialogs, each of its phones and each source elsewhere. */
export function sameView(a: View, b: View): boolean {
  return sameLamp(a.lamp, b.lamp) && sameText(a.dialogs, b.dialogs) && samePhones(a, b) && sameRelayed(a, b);
}

/** Whether a line's phones look alike to keys that show a phone. */
export function samePhones(a: Pick<LineState, 'phones'>, b: Pick<LineState, 'phones'>): boolean {
  return sameText(a.phones, b.phones);
}

/** Whether what other systems tell of a line looks alike: fails in the same way, or in none. */
export function sameRelayed(a: Partial<Pick<LineState, 'relayed'>>, b: Partial<Pick<LineState, 'relayed'>>): boolean {
  // Published before there were any: none.
  return sameText(a.relayed ?? {}, b.relayed ?? {});
}

function sameText(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Whether the fold must be published: the view changed, nothing was published yet, or the last snapshot is so old that
 * the facts after it could leave the stream before the next one [design law 1].
 */
export function mustPublish(fold: LineFold, before: PublishedView | undefined, snapshotEveryMs: number): boolean {
  if (!before) return true;
  if (!sameView(before, viewOf(fold))) return true;
  return fold.time - before.foldTime >= snapshotEveryMs;
}
