import { type Args, type Command } from '../command';
import { type CallForward, type EphoneDn } from '../sccp-config';

const SCOPE = '[<primary|secondary|dialplan-pattern>$scope]';
const SCOPE_HELP = [
  'Only calls to the primary number',
  'Only calls to the secondary number',
  'Only calls to a number that a dial-plan pattern made',
];
const CALL_FORWARD = 'Where calls go instead';

function forward(
  word: string,
  field: 'forwardAll' | 'forwardBusy' | 'forwardNoAnswer',
  rest: string,
  help: readonly string[],
): Command<EphoneDn> {
  return {
    pattern: `call-forward ${word} ~ DIALED$target ${rest}${SCOPE}`,
    help: [CALL_FORWARD, ...help, ...SCOPE_HELP],
    set: (dn, args) => {
      dn[field] = forwardOf(args);
    },
    unset: (dn) => {
      delete dn[field];
    },
    render: (dn) => {
      const to = dn[field];
      if (to === undefined) return [];
      const timeout = to.timeout === undefined ? '' : ` timeout ${to.timeout}`;
      return [`call-forward ${word} ${to.target}${timeout}${to.scope === undefined ? '' : ` ${to.scope}`}`];
    },
  };
}

/** `call-forward {all | busy | noan} …` of an ephone-dn; its status does not depend on them [cme-presence 3.3]. */
export const callForwards: readonly Command<EphoneDn>[] = [
  forward('all', 'forwardAll', '', ['All calls', 'Number']),
  forward('busy', 'forwardBusy', '', ['When it is busy', 'Number']),
  forward('noan', 'forwardNoAnswer', 'timeout (3-60000)$timeout ', [
    'When nobody answers',
    'Number',
    'After this time',
    'Seconds',
  ]),
];

function forwardOf(args: Args): CallForward {
  return {
    target: args.text('target'),
    ...(args.has('timeout') && { timeout: args.number('timeout') }),
    ...(args.has('scope') && { scope: args.text('scope') as NonNullable<CallForward['scope']> }),
  };
}
