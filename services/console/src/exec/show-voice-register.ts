import { type Args, lineDirectory } from '@linewatch/config';
import { ConsoleError } from '../console-io';
import { numbersOfPool, poolView, poolsText, registerDnView, registerDnsText } from '../layouts/voice-register';
import { readLines } from '../line-overviews';
import type { ExecCommand } from './exec-command';
import { atMostPhones } from './most-phones';

const HELP = ['Show running system information', 'Voice configuration and statistics', 'SIP phones'];

/** `show voice register pool`: SIP phones with their BLF keys and registrations [cme-presence 5.5]. JSON: `{ pools: PoolView[] }`. */
export const showPool: ExecCommand = {
  pattern: 'show voice register pool <(1-MAX)$tag|all>',
  help: [...HELP, 'The phones', 'Tag of one of them', 'All of them'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, running, now }, args) => {
      const config = running.current();
      const { kept, note } = atMostPhones(named(config.pools, args, 'voice register pool'));
      const numbers = kept.flatMap((pool) => numbersOfPool(config, pool));
      const overviews = await readLines(system.bus, numbers);
      const pools = kept.map((pool) => poolView(config, pool, overviews, now()));
      return { text: poolsText(pools) + note, json: { pools } };
    },
  },
};

/** `show voice register dn`: numbers of SIP phones, and what their lines show. JSON: `{ dns: RegisterDnView[] }`. */
export const showRegisterDn: ExecCommand = {
  pattern: 'show voice register dn <(1-MAX)$tag|all>',
  help: [...HELP, 'Their numbers', 'Tag of one of them', 'All of them'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, running }, args) => {
      const config = running.current();
      const { kept, note } = atMostPhones(named(config.dns, args, 'voice register dn'));
      const overviews = await readLines(
        system.bus,
        kept.flatMap(({ number }) => number ?? []),
      );
      const facts = { directory: lineDirectory(config), overviews };
      const dns = kept.map((dn) => registerDnView(dn, facts));
      return { text: registerDnsText(dns) + note, json: { dns } };
    },
  },
};

/** Those of a table that the command names. @throws ConsoleError when it names one that is not configured */
function named<T>(table: Readonly<Record<number, T>>, args: Args, what: string): T[] {
  if (!args.has('tag')) return Object.values(table);
  const one = table[args.number('tag')];
  if (one === undefined) throw new ConsoleError(`${what} ${args.number('tag')} is not configured.`);
  return [one];
}
