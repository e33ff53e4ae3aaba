import type { Bus } from '@linewatch/bus';
import type { Lamp, Subscription } from '@linewatch/presence';
import type { Clock } from '@linewatch/runtime';

/** Of words to watchers that went well one in so many is told on the bus: what is said for each must cost nothing. */
const SAMPLE = 256;

/** Who was told: the subscription, and when it was, in milliseconds since the epoch. */
export interface ToldWatcher {
  readonly subId: number;
  readonly record: Pick<Subscription, 'line' | 'id'>;
  readonly sentAt: number;
}

/** What was told. `cseq` counts what one watcher is told, CSeq where the protocol has it. */
export interface ToldState {
  readonly cseq: number;
  readonly view: { readonly lamp: Lamp };
}

/** Takes what a watcher answered, as a SIP status; 408: nothing. */
export type NotifyRecorder = (watched: ToldWatcher, told: ToldState, status: number) => void;

/**
 * Tells on `lw.notify.<dn>` what was sent to a watcher and what it answered: every failure, and a sample of the rest
 * [design 4]. Nothing waits for it, and it may be lost.
 */
export function notifyRecorder(bus: Pick<Bus, 'publish' | 'subjects'>, clock: Pick<Clock, 'now'>): NotifyRecorder {
  let count = 0;
  return (watched, { cseq, view }, status) => {
    count += 1;
    if (status < 300 && count % SAMPLE !== 1) return;
    const { line, id } = watched.record;
    bus.publish(
      bus.subjects.notify(line),
      {
        type: 'linewatch.notify.sent',
        data: { id, cseq, lamp: view.lamp, status, milliseconds: Math.max(0, clock.now() - watched.sentAt) },
      },
      { about: line },
    );
  };
}
