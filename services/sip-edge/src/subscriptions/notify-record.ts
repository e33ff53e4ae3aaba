import type { Bus } from '@linewatch/bus';
import type { Clock } from '@linewatch/runtime';
import type { NotifyEffect } from '@linewatch/sip';
import type { Watched } from './watched';

/** Of NOTIFYs that went well one in so many is told on the bus: what is said for each must cost nothing. */
const SAMPLE = 256;

/**
 * Tells on `lw.notify.<dn>` what was sent to a watcher and what it answered: every failure, and a sample of the rest
 * [design 4]. Nothing waits for it, and it may be lost.
 */
export function notifyRecorder(
  bus: Pick<Bus, 'publish' | 'subjects'>,
  clock: Pick<Clock, 'now'>,
): (watched: Watched, notify: NotifyEffect, status: number) => void {
  let count = 0;
  return (watched, notify, status) => {
    count += 1;
    if (status < 300 && count % SAMPLE !== 1) return;
    const { line, id } = watched.record;
    const { cseq, view } = notify;
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
