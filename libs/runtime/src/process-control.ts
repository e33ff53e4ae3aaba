import type { Bus, Listening } from '@linewatch/bus';
import { z } from 'zod';

/** One running process of linewatch, as it answers `lw.ask.show.processes`. */
export const processInfoSchema = z.object({
  /** `sip-edge-1`. */
  id: z.string().min(1).max(128),
  pid: z.number().int(),
  /** When it started, in milliseconds since the epoch. */
  since: z.number(),
  /** The revision of the configuration that it runs. */
  revision: z.number().int(),
});
export type ProcessInfo = z.infer<typeof processInfoSchema>;

/** Answers who this process is, and stops it cleanly when it is asked to be started again. */
export async function answerForProcess(
  bus: Pick<Bus, 'answer' | 'subjects'>,
  info: () => ProcessInfo,
  stop: (reason: string) => void,
): Promise<Listening[]> {
  return Promise.all([
    bus.answer(bus.subjects.show('processes'), undefined, async () => info()),
    bus.answer(bus.subjects.askEdge(info().id, 'reload'), undefined, async () => {
      // The answer leaves first. Whoever started this process starts it again.
      setImmediate(() => stop('reload'));
      return info();
    }),
  ]);
}

/** Every process that answers now, by id. */
export async function runningProcesses(bus: Pick<Bus, 'gather' | 'subjects'>, forMs = 500): Promise<ProcessInfo[]> {
  const answers = await bus.gather(bus.subjects.show('processes'), {}, { forMs });
  const read = answers.flatMap((answer) => {
    const parsed = processInfoSchema.safeParse(answer);
    return parsed.success ? [parsed.data] : [];
  });
  return read.sort((a, b) => (a.id < b.id ? -1 : 1));
}
