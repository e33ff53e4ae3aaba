import type { Bus } from '@linewatch/bus';
import { type Config, type LanguageOptions } from '@linewatch/config';
import type { ConfigSaved } from '@linewatch/presence';
import { ChangeAssembler, type WholeChange } from './change-assembler';
import { RunningConfig } from './running-config';

/** One change of the running configuration: its revision is the sequence of its last part in CONFIG. */
export interface ConfigRevision extends WholeChange {
  readonly revision: number;
  /** When the stream took it, in milliseconds since the epoch. */
  readonly at: number;
}

/** All that CONFIG holds, in its order. */
export interface ConfigHistory {
  readonly revisions: readonly ConfigRevision[];
  /** The last time a revision was saved as startup-config. */
  readonly saved?: ConfigSaved & { readonly at: number };
}

/** Reads stream CONFIG from its start to what it holds now. */
export async function readConfigHistory(bus: Pick<Bus, 'follow'>): Promise<ConfigHistory> {
  const revisions: ConfigRevision[] = [];
  let saved: ConfigHistory['saved'];
  const assembler = new ChangeAssembler();
  const follower = await bus.follow('CONFIG', { from: 'all' }, ({ event, streamSeq, storedAt }) => {
    if (event.type === 'linewatch.config.saved') saved = { ...event.data, at: storedAt };
    if (event.type !== 'linewatch.config.applied') return;
    const change = assembler.add(event.data);
    if (change) revisions.push({ ...change, revision: streamSeq, at: storedAt });
  });
  await follower.caughtUp;
  follower.stop();
  return { revisions, ...(saved && { saved }) };
}

/** The configuration that ran at a revision: the fold of all changes up to it. */
export async function configAt(
  bus: Pick<Bus, 'follow'>,
  revision: number,
  options: LanguageOptions = {},
): Promise<Config> {
  const then = new RunningConfig({ ...options, upTo: revision });
  await then.start(bus);
  then.stop();
  return then.current();
}
