import { explain } from '../explaining/explain';
import { gatherFacts } from '../explaining/gather';
import { explanationText } from '../layouts/explanation';
import type { ExecCommand } from './exec-command';

/** `show presence explain <watcher> <line>`: why a lamp shows what it shows [B-04]. JSON: `Explanation`. */
export const showPresenceExplain: ExecCommand = {
  pattern: 'show presence explain WORD$watcher WORD$line',
  help: [
    'Show running system information',
    'The presence service',
    'Why a watcher sees of a line what it sees, and what to do',
    'Watcher: number, number@address, or phone (SEP…, ephone:1, pool:1)',
    'Number of the line',
  ],
  level: 'privileged',
  does: {
    kind: 'show',
    show: async (world, args) => {
      const explanation = explain(await gatherFacts(world, args.text('watcher'), args.text('line')));
      return { text: explanationText(explanation), json: explanation };
    },
  },
};
