import type { Config, EphoneDn } from '@linewatch/config';
import type { InstanceId } from '@linewatch/presence';
import type { LineForward } from '@linewatch/sccp';
import type { StationSession } from './session';

/** Where calls of a line go instead, as its phone shows it: what applies to other numbers than its primary one is no part. */
export function lineForwardOf({ forwardAll, forwardBusy, forwardNoAnswer }: Partial<EphoneDn>): LineForward {
  const of = (to: EphoneDn['forwardAll']): string | undefined =>
    to?.scope === undefined || to.scope === 'primary' ? to?.target : undefined;
  const [all, busy, noAnswer] = [of(forwardAll), of(forwardBusy), of(forwardNoAnswer)];
  return { ...(all && { all }), ...(busy && { busy }), ...(noAnswer && { noAnswer }) };
}

/** The same of a dn by its instance; nothing of one that is gone. */
export function forwardOf(config: Config, instance: InstanceId): LineForward {
  return lineForwardOf(config.ephoneDns[Number(instance.slice(instance.indexOf(':') + 1))] ?? {});
}

/** Tells a phone what has changed of where its calls go. */
export function tellForwards(session: Pick<StationSession, 'phone' | 'registered' | 'input'>, config: Config): void {
  const { phone, registered } = session;
  phone?.lines.forEach(({ dns: [dn] }, at) => {
    if (!dn) return;
    const forward = forwardOf(config, dn.instance);
    if (isSame(forward, registered?.profile.lines[at]?.forward ?? {})) return;
    session.input({ type: 'forwarded', lineInstance: at + 1, forward });
  });
}

function isSame(a: LineForward, b: LineForward): boolean {
  return a.all === b.all && a.busy === b.busy && a.noAnswer === b.noAnswer;
}
