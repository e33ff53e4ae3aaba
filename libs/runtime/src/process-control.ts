import type { Bus, Listening } from '@linewatch/bus';
import { addressSchema } from '@linewatch/presence';
import { z } from 'zod';

const count = z.number().int().nonnegative();
const name = z.string().min(1).max(128);
const edgeKind = z.enum(['sip', 'sccp']);

/** What an edge tells of itself: how many phones registered here, subscriptions it owns, call legs that end here. */
export const edgeInfoSchema = z.object({
  kind: edgeKind,
  epoch: count,
  advertised: addressSchema,
  phones: count,
  subscriptions: count,
  legs: count,
});
export type EdgeInfo = z.infer<typeof edgeInfoSchema>;

/** An edge as another process knows it. `since`: when its epoch began, or when it was heard of last. */
export const knownEdgeSchema = z.object({
  edge: name,
  epoch: count,
  kind: edgeKind,
  advertised: addressSchema,
  alive: z.boolean(),
  since: z.number(),
});
export type KnownEdge = z.infer<typeof knownEdgeSchema>;

/** One running process of linewatch, as it answers `lw.ask.show.processes`. Times are milliseconds since the epoch. */
export const processInfoSchema = z.object({
  /** `sip-edge-1`. */
  id: name,
  service: name,
  host: z.string().max(256),
  pid: z.number().int(),
  /** When it started. */
  since: z.number(),
  /** The revision of the configuration that it runs. */
  revision: z.number().int(),
  version: z.string().max(64),
  /** The version of Node.js. */
  node: z.string().max(64),
  /** Resident memory in bytes. */
  memory: count,
  /** Percent of one core. */
  cpu: z.object({ fiveSeconds: z.number(), minute: z.number() }),
  state: z.enum(['starting', 'serving', 'draining']),
  /** Shells that it tells what they debug. */
  debugging: count,
  /** What keeps it from being ready, by the name of the check. */
  failing: z.record(name, z.string().max(1024)),
  edge: edgeInfoSchema.optional(),
  /** Every edge that it has heard of; only of a service that watches them all. */
  knownEdges: z.array(knownEdgeSchema).max(4096).optional(),
});
export type ProcessInfo = z.infer<typeof processInfoSchema>;

/** What only its service knows of a process. */
export type ServiceInfo = Pick<ProcessInfo, 'edge' | 'knownEdges'>;

/** Answers who this process is, until it has stopped; and stops it cleanly when it is asked to be started again. */
export async function answerForProcess(
  bus: Pick<Bus, 'answer' | 'subjects'>,
  id: string,
  info: () => Promise<ProcessInfo>,
  stop: (reason: string) => void,
): Promise<{ readonly who: Listening; readonly reload: Listening }> {
  const [who, reload] = await Promise.all([
    bus.answer(bus.subjects.show('processes'), undefined, info),
    bus.answer(bus.subjects.askEdge(id, 'reload'), undefined, async () => {
      // The answer leaves first. Whoever started this process starts it again.
      setImmediate(() => stop('reload'));
      return { id };
    }),
  ]);
  return { who, reload };
}

/** Longer than a process takes to look at its neighbours for its answer. */
const GATHER_MS = 700;

/** Every process that answers now, by id. */
export async function runningProcesses(
  bus: Pick<Bus, 'gather' | 'subjects'>,
  forMs = GATHER_MS,
): Promise<ProcessInfo[]> {
  const answers = await bus.gather(bus.subjects.show('processes'), {}, { forMs });
  const read = answers.flatMap((answer) => {
    const parsed = processInfoSchema.safeParse(answer);
    return parsed.success ? [parsed.data] : [];
  });
  return read.sort((a, b) => (a.id < b.id ? -1 : 1));
}
