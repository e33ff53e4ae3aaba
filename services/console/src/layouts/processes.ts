import type { ProcessInfo } from '@linewatch/runtime';
import { printable } from '../console-io';
import { tableLines } from './table';
import { shortSpan, spanText } from './time-text';

/** `show processes` and `show version`: who runs, and how it goes. */

const COLUMNS = [
  { head: 'Process' },
  { head: 'Host' },
  { head: 'PID', right: true },
  { head: 'Uptime' },
  { head: 'Version' },
  { head: 'Config', right: true },
  { head: 'Memory', right: true },
  { head: 'CPU 5s', right: true },
  { head: 'CPU 1m', right: true },
  { head: 'Health' },
] as const;

/** One row a process, and below them what keeps any of them from being ready. @param now milliseconds since the epoch */
export function processesText(processes: readonly ProcessInfo[], now: number): string {
  const rows = processes.map((one) => [
    printable(one.id),
    printable(one.host),
    String(one.pid),
    shortSpan(now - one.since),
    printable(one.version),
    String(one.revision),
    `${Math.round(one.memory / 1_048_576)} MiB`,
    `${one.cpu.fiveSeconds.toFixed(1)} %`,
    `${one.cpu.minute.toFixed(1)} %`,
    healthOf(one),
  ]);
  const failing = processes.flatMap(({ id, failing }) =>
    Object.entries(failing).map(([check, why]) => printable(`${id}: ${check}: ${why}`)),
  );
  const count = `${counted(processes.length, 'process', 'processes')}, ${processes.filter(isWell).length} well`;
  return textOf(['', count, '', ...tableLines(COLUMNS, rows), ...(failing.length > 0 ? ['', ...failing] : [])]);
}

/** Serves, and is ready to. */
function isWell({ state, failing }: ProcessInfo): boolean {
  return state === 'serving' && Object.keys(failing).length === 0;
}

function healthOf(one: ProcessInfo): string {
  if (one.state !== 'serving') return one.state;
  return isWell(one) ? 'ok' : `not ready: ${printable(Object.keys(one.failing).join(', '))}`;
}

/** What `show version` says of the system as a whole; also its JSON form. */
export interface SystemVersion {
  readonly hostname: string;
  /** Of the command that asks. */
  readonly version: string;
  /** Of the processes that run, with how many run each, the most frequent first. */
  readonly running: readonly { readonly version: string; readonly processes: number }[];
  readonly node: readonly string[];
  readonly hosts: readonly string[];
  readonly services: readonly string[];
  readonly processes: number;
  /** Of the process that has run longest; milliseconds. */
  readonly uptime: number;
  readonly nats: string;
  readonly revision: number;
  /** Of startup-config; absent when nothing was ever saved. */
  readonly saved?: number;
}

/** @param now milliseconds since the epoch */
export function systemVersion(
  processes: readonly ProcessInfo[],
  more: Pick<SystemVersion, 'hostname' | 'version' | 'nats' | 'revision' | 'saved'>,
  now: number,
): SystemVersion {
  const each = (of: (one: ProcessInfo) => string): string[] => [...new Set(processes.map(of))].sort();
  const running = each(({ version }) => version)
    .map((version) => ({ version, processes: processes.filter((one) => one.version === version).length }))
    .sort((a, b) => b.processes - a.processes);
  return {
    ...more,
    running,
    node: each(({ node }) => node),
    hosts: each(({ host }) => host),
    services: each(({ service }) => service),
    processes: processes.length,
    uptime: Math.max(0, ...processes.map(({ since }) => now - since)),
  };
}

/** `show version`. */
export function versionText(shown: SystemVersion): string {
  const { hostname, version, running, node, hosts, services, processes, uptime, nats, revision, saved } = shown;
  const others = running.filter((one) => one.version !== version);
  return textOf([
    `linewatch Software, Version ${printable(version)}`,
    ...others.map(
      (one) => `Version ${printable(one.version)} runs in ${counted(one.processes, 'process', 'processes')}`,
    ),
    '',
    `${printable(hostname)} uptime is ${spanText(uptime)}`,
    `${counted(processes, 'process', 'processes')} of ${counted(services.length, 'service', 'services')} on ` +
      `${counted(hosts.length, 'host', 'hosts')}: ${printable(hosts.join(', '))}`,
    `Node.js ${printable(node.join(', '))}`,
    `NATS at ${printable(nats)}`,
    `Running configuration is revision ${revision}, startup-config ${saved === undefined ? 'was never saved' : `is revision ${saved}`}`,
  ]);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
