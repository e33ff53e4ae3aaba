/** A private linewatch for one load run, and what its processes cost, read from /proc. */
import { readFileSync } from 'node:fs';
import { type Linewatch, type SipEndpoint, startLinewatch } from '@linewatch/kit';

/** Ticks per second of /proc/<pid>/stat: USER_HZ, which Linux fixes at 100. */
const USER_HZ = 100;
/** A configuration of many thousands of phones takes its time. */
const READY_WITHIN_MS = 600_000;

/** CPU seconds used so far and resident octets of one process. */
export interface ProcessSample {
  readonly name: string;
  readonly pid: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/**
 * Starts linewatch with that configuration on 127.0.0.1, its data in a folder of its own under the temporary folder.
 * @throws NotStartedError with the last lines it said when it is not ready in time
 */
export function startSystem(configure: (sipPort: number) => string): Promise<Linewatch> {
  return startLinewatch({ config: ({ port }: SipEndpoint) => configure(port), readyWithinMs: READY_WITHIN_MS });
}

/** What these processes used up to now; one that has ended is left out. */
export function sampleProcesses(pids: Readonly<Record<string, number>>): ProcessSample[] {
  return Object.entries(pids).flatMap(([name, pid]) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the name in parentheses and may hold blanks: count from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / USER_HZ;
      return [{ name, pid, cpuSeconds, rssBytes: Number(rss ?? 0) * 1024 }];
    } catch {
      return [];
    }
  });
}

/** What a copy of a service says of itself in `/metrics`. */
export async function edgeMetricsOf({ httpPorts }: Pick<Linewatch, 'httpPorts'>, copy: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${httpPorts[copy]}/metrics`);
  return answer.text();
}
