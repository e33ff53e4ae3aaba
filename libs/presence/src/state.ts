import type { LineState } from './events';
import { dialogsOf, lampOf, type LineFold } from './line';

/** What was last published of a line, without its fold. `foldTime` is the `time` of the fold that it carried. */
export interface PublishedView extends Omit<LineState, 'fold'> {
  readonly foldTime: number;
}

/** The state message of a line [design 4]. `since` moves only when the lamp changes. */
export function lineStateOf(fold: LineFold, cause: string, before: PublishedView | undefined): LineState {
  const lamp = lampOf(fold);
  const same = before !== undefined && sameLamp(before.lamp, lamp);
  return { lamp, dialogs: dialogsOf(fold), since: same ? before.since : fold.time, cause, fold };
}

/** What to remember of a state that was published. */
export function publishedView({ fold, ...state }: LineState): PublishedView {
  return { ...state, foldTime: fold.time };
}

/** Whether two lamps look alike to a watcher of package `presence`. */
export function sameLamp(a: LineState['lamp'], b: LineState['lamp']): boolean {
  return a.state === b.state && a.dnd === b.dnd;
}

/** Whether two states differ for any watcher: in the lamp or in the list of dialogs. */
export function sameView(a: Pick<LineState, 'lamp' | 'dialogs'>, b: Pick<LineState, 'lamp' | 'dialogs'>): boolean {
  return sameLamp(a.lamp, b.lamp) && JSON.stringify(a.dialogs) === JSON.stringify(b.dialogs);
}

/**
 * Whether the fold must be published: the view changed, nothing was published yet, or the last snapshot is so old that
 * the facts after it could leave the stream before the next one [design law 1].
 */
export function mustPublish(fold: LineFold, before: PublishedView | undefined, snapshotEveryMs: number): boolean {
  if (!before) return true;
  if (!sameView(before, { lamp: lampOf(fold), dialogs: dialogsOf(fold) })) return true;
  return fold.time - before.foldTime >= snapshotEveryMs;
}
