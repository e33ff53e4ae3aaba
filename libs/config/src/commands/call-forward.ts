import { type Args, type Command } from '../command';
import { type ModeRecord, type VoiceRegisterDn } from '../config';
import { type CallForward, type EphoneDn } from '../sccp-config';

const SCOPE = '[<primary|secondary|dialplan-pattern>$scope]';
const SCOPE_HELP = [
  'Only calls to the primary number',
  'Only calls to the secondary number',
  'Only calls to a number that a dial-plan pattern made',
];
const CALL_FORWARD = 'Where calls go instead';
const TIMEOUT = ['After this time', 'Seconds'];

type Field = 'forwardAll' | 'forwardBusy' | 'forwardNoAnswer' | 'forwardUnreachable';
type Forwarded = { [K in Field]?: CallForward };

/** A form of the command: its words, the rest of its pattern, and where it is kept. */
function forward<Dn extends ModeRecord & Forwarded>(
  words: string,
  field: Field & keyof Dn,
  rest: string,
  help: readonly string[],
): Command<Dn> {
  return {
    pattern: `call-forward ${words}${rest}`,
    help: [CALL_FORWARD, ...help],
    set: (dn, args) => {
      (dn as Forwarded)[field] = forwardOf(args);
    },
    unset: (dn) => {
      delete dn[field];
    },
    render: (dn) => {
      const to = (dn as Forwarded)[field];
      if (to === undefined) return [];
      const timeout = to.timeout === undefined ? '' : ` timeout ${to.timeout}`;
      return [`call-forward ${words} ${to.target}${timeout}${to.scope === undefined ? '' : ` ${to.scope}`}`];
    },
  };
}

const sccp = (word: string, field: Field & keyof EphoneDn, rest: string, help: readonly string[]): Command<EphoneDn> =>
  forward(word, field, ` ~ DIALED$target ${rest}${SCOPE}`, [...help, ...SCOPE_HELP]);

/** `call-forward {all | busy | noan} …` of an ephone-dn; its status does not depend on them [cme-presence 3.3]. */
export const callForwards: readonly Command<EphoneDn>[] = [
  sccp('all', 'forwardAll', '', ['All calls', 'Number']),
  sccp('busy', 'forwardBusy', '', ['When it is busy', 'Number']),
  sccp('noan', 'forwardNoAnswer', 'timeout (3-60000)$timeout ', ['When nobody answers', 'Number', ...TIMEOUT]),
];

const sip = (
  word: string,
  field: Field & keyof VoiceRegisterDn,
  rest: string,
  help: readonly string[],
): Command<VoiceRegisterDn> =>
  forward(`b2bua ${word}`, field, ` ~ DIALED$target${rest}`, ['Forwarding by this system', ...help]);

/** `call-forward b2bua {all | busy | noan | unreachable} …` of a voice register dn. */
export const b2buaForwards: readonly Command<VoiceRegisterDn>[] = [
  sip('all', 'forwardAll', '', ['All calls', 'Number']),
  sip('busy', 'forwardBusy', '', ['When it is busy', 'Number']),
  sip('noan', 'forwardNoAnswer', ' timeout (3-60000)$timeout', ['When nobody answers', 'Number', ...TIMEOUT]),
  sip('unreachable', 'forwardUnreachable', '', ['When no phone is registered', 'Number']),
];

function forwardOf(args: Args): CallForward {
  return {
    target: args.text('target'),
    ...(args.has('timeout') && { timeout: args.number('timeout') }),
    ...(args.has('scope') && { scope: args.text('scope') as NonNullable<CallForward['scope']> }),
  };
}
