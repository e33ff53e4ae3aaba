import { type Config, diffConfig } from '@linewatch/config';
import { type ConfigHistory, configAt, readConfigHistory } from '@linewatch/runtime';
import { printable } from '../console-io';
import { timeText } from '../layouts/time-text';
import { withoutPassword } from '../watching/happening';
import type { ExecCommand, World } from './exec-command';

/** As much of a change as its row has room for. */
const SUMMARY_WIDTH = 36;

/** `show archive`: every change of the running configuration. JSON: `{ saved, revisions: { revision, at, author, commands }[] }`. */
export const showArchive: ExecCommand = {
  pattern: 'show archive',
  help: ['Show running system information', 'Archive of the running configuration: who changed what, and when'],
  level: 'privileged',
  does: {
    kind: 'show',
    show: async ({ system }) => {
      const history = await readConfigHistory(system.bus);
      return { text: archiveText(history), json: archiveJson(history) };
    },
  },
};

/** `show archive config differences`: what leads from one revision to another, the running configuration when absent. */
export const showArchiveDifferences: ExecCommand = {
  pattern: 'show archive config differences (0-4294967295)$from [(0-4294967295)$to]',
  help: [
    'Show running system information',
    'Archive of the running configuration: who changed what, and when',
    'Configurations of the archive',
    'The commands that lead from one to another',
    'Revision',
    'Revision; the running configuration when left out',
  ],
  level: 'privileged',
  does: {
    kind: 'show',
    show: async (world, args) => {
      const from = await revisionOf(world, args.number('from'));
      const to = args.has('to') ? await revisionOf(world, args.number('to')) : world.running.current();
      const commands = diffConfig(from, to);
      return { text: commands.map((line) => `${line}\n`).join(''), json: { commands } };
    },
  },
};

function revisionOf({ system }: World, revision: number): Promise<Config> {
  return configAt(system.bus, revision, system);
}

/** The revisions in their order, the newest last, as a table. */
export function archiveText({ revisions, saved }: ConfigHistory): string {
  const rows = revisions.map(({ revision, at, author, commands }) => [
    `${revision}${revision === saved?.revision ? '*' : ''}`,
    timeText(at),
    printable(author),
    summaryOf(commands),
  ]);
  const head = ['Revision', 'When', 'Who', 'What'];
  const widths = [0, 1, 2].map((column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const lines = [head, ...rows].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd(),
  ); // prettier-ignore
  const note = saved ? `* saved as startup-config at ${timeText(saved.at)} by ${printable(saved.author)}` : '';
  return [`The archive holds ${revisions.length} ${revisions.length === 1 ? 'revision' : 'revisions'}.`, ...lines, ...(note ? [note] : []), ''].join('\n'); // prettier-ignore
}

function archiveJson({ revisions, saved }: ConfigHistory): object {
  return {
    ...(saved && { saved: { ...saved, at: new Date(saved.at).toISOString() } }),
    revisions: revisions.map(({ revision, at, author, commands }) => ({
      revision,
      at: new Date(at).toISOString(),
      author,
      commands: commands.map(withoutPassword),
    })),
  };
}

function summaryOf(commands: readonly string[]): string {
  const text = printable(commands.map((command) => withoutPassword(command).trim()).join('; '));
  const count = commands.length > 1 ? `${commands.length} lines: ` : '';
  const all = count + text;
  return all.length > SUMMARY_WIDTH ? `${all.slice(0, SUMMARY_WIDTH - 1)}…` : all;
}
