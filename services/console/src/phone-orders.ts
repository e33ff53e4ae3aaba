import { AnswerError, UnavailableError } from '@linewatch/bus';
import { type Config, type PhoneOrder, formatMac } from '@linewatch/config';
import { PHONE_ORDER_INTERVAL_MS, type PhoneOrderRequest, phoneOrderReplySchema } from '@linewatch/presence';
import { type ProcessInfo, type RunningConfig, runningProcesses } from '@linewatch/runtime';
import type { System } from './system';

/** An edge answers when it knows what it will tell, after the configuration has reached it. */
const ASK_MS = 3_000;

export interface OrderWorld {
  readonly system: Pick<System, 'bus'>;
  readonly running: Pick<RunningConfig, 'current' | 'revision'>;
}

/**
 * Has phones do what an operator ordered: asks every edge of their kind, as the one that holds a phone's connection
 * reaches it.
 * @returns what to print: what CME prints, and who was not reached
 */
export async function carryOutOrder(
  { system, running }: OrderWorld,
  { order, phones, device }: PhoneOrder,
): Promise<string> {
  if (order === 'create-files') return 'Creating CNF files\n';
  const request: PhoneOrderRequest = { order, revision: running.revision(), ...(device !== undefined && { device }) };
  const edges = edgesOf(await runningProcesses(system.bus), phones);
  const told = await Promise.all(edges.map((edge) => askEdge(system, edge, request)));
  const count = told.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const silent = edges.filter((_, at) => told[at] === undefined);
  const config = running.current();
  return [
    device === undefined ? allText(order, count) : oneText(order, nameOf(config, device)),
    ...notReached(config, { phones, device, count, anyEdge: edges.length > 0 }),
    ...silent.map((edge) => `% ${edge} does not answer; phones there were not told`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The edges of a kind that answer, and those that others have not given up. */
function edgesOf(processes: readonly ProcessInfo[], phones: PhoneOrder['phones']): string[] {
  const own = processes.flatMap(({ id, edge }) => (edge?.kind === phones ? [id] : []));
  const known = processes.flatMap(({ knownEdges = [] }) => knownEdges);
  const others = known.flatMap(({ edge, kind, alive }) => (kind === phones && alive ? [edge] : []));
  return [...new Set([...own, ...others])].sort();
}

/** How many phones it tells; undefined when it did not answer. */
async function askEdge(
  { bus }: OrderWorld['system'],
  edge: string,
  request: PhoneOrderRequest,
): Promise<number | undefined> {
  try {
    const answer = await bus.ask(bus.subjects.askEdge(edge, 'order'), request, { timeoutMs: ASK_MS, attempts: 1 });
    return phoneOrderReplySchema.safeParse(answer).data?.phones;
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof AnswerError) return undefined;
    throw error;
  }
}

/** As CME says it of one phone. */
function oneText(order: PhoneOrderRequest['order'], name: string): string {
  return `${order === 'restart' ? 'restarting' : 'resetting'} ${name}`;
}

/** As CME says it of all phones. */
function allText(order: PhoneOrderRequest['order'], count: number): string {
  const seconds = PHONE_ORDER_INTERVAL_MS / 1000;
  return `${order === 'restart' ? 'Restart' : 'Reset'} ${count} phones: at a ${seconds} second interval`;
}

function notReached(
  config: Config,
  {
    phones,
    device,
    count,
    anyEdge,
  }: { phones: PhoneOrder['phones']; device?: string | undefined; count: number; anyEdge: boolean },
): string[] {
  if (!anyEdge) return [`% No ${phones === 'sip' ? 'sip-edge' : 'sccp-edge'} answers; no phone was told`];
  if (device !== undefined) return count > 0 ? [] : [`% ${nameOf(config, device)} is not registered; it was not told`];
  const configured = Object.keys(phones === 'sip' ? config.pools : config.ephones).length;
  const missing = configured - count;
  return missing > 0 ? [`% ${missing} of ${configured} phones are not registered; they were not told`] : [];
}

/** A phone's MAC address as CME prints it; what it is configured as where it has none. */
function nameOf({ pools, ephones }: Config, device: string): string {
  const [, kind, tag] = /^(pool|ephone):(\d+)$/.exec(device) ?? [];
  const mac = kind === 'pool' ? pools[Number(tag)]?.idMac : ephones[Number(tag)]?.mac;
  if (mac !== undefined) return formatMac(mac).toUpperCase();
  return kind === 'pool' ? `voice register pool ${tag}` : `ephone ${tag}`;
}
