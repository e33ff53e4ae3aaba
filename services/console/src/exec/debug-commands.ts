import { type Args, formatMac } from '@linewatch/config';
import { type DebugWish, type PresenceDebugKind, presenceDebugKinds } from '@linewatch/presence';
import { NO_DEBUGGING, debuggingText, withEphoneBlf, withPresence } from '../shell/debugging';
import { atPrompt } from '../shell/session-screen';
import { type SessionState, type Step, write } from '../shell/session-state';
import type { ExecCommand } from './exec-command';

/** `debug …`, `no debug …`, `undebug …` and `show debugging` [cme-presence 5.3, 5.4]. */

const KINDS: Readonly<Record<PresenceDebugKind, string>> = {
  asnl: 'Subscribe and notify layer',
  errors: 'Refusals and failures',
  event: 'What watchers are told',
  info: 'States of lines, and decisions',
  timer: 'Expiry and refresh',
  trace: 'The steps that are taken',
  xml: 'Documents that watchers are sent',
};

const DEBUG = ['Debugging functions of this shell'];
const UNDEBUG = ['Disable debugging functions of this shell'];
const NO_DEBUG = ['Negate a command or set its defaults', ...DEBUG];

const presencePattern = `presence <all|${presenceDebugKinds.join('|')}>$kind`;
const presenceHelp = ['The presence service', 'Everything', ...presenceDebugKinds.map((kind) => KINDS[kind])];
const blfPattern = 'ephone blf [mac-address H.H.H$mac]';
const blfHelp = ['SCCP phones', 'Status that their keys show', 'Of one phone', 'MAC address'];

function debug(
  pattern: string,
  help: readonly string[],
  change: (wish: DebugWish, args: Args) => { wish: DebugWish; said: string },
): ExecCommand {
  const run = (state: SessionState, args: Args): Step => {
    const { wish, said } = change(state.debugging, args);
    const { state: at, effects } = atPrompt({ ...state, debugging: wish }, [write(`${said}\n`)]);
    return { state: at, effects: [{ kind: 'debug', wish }, ...effects] };
  };
  return { pattern, help, level: 'privileged', does: { kind: 'session', run } };
}

function presence(before: string, help: readonly string[], isOn: boolean): ExecCommand {
  return debug(`${before} ${presencePattern}`, [...help, ...presenceHelp], (wish, args) => {
    const kind = args.text('kind') as PresenceDebugKind | 'all';
    return { wish: withPresence(wish, kind, isOn), said: `Presence ${kind} debugging is ${isOn ? 'on' : 'off'}` };
  });
}

function ephoneBlf(before: string, help: readonly string[], isOn: boolean): ExecCommand {
  return debug(`${before} ${blfPattern}`, [...help, ...blfHelp], (wish, args) => {
    const mac = args.has('mac') ? args.text('mac') : undefined;
    const phone = mac === undefined ? '' : ` for phone ${formatMac(mac)}`;
    const said = `EPHONE BLF debugging is ${isOn ? 'enabled' : 'disabled'}${phone}`;
    return { wish: withEphoneBlf(wish, mac, isOn), said };
  });
}

function nothing(before: string, help: readonly string[]): ExecCommand {
  return debug(`${before} all`, [...help, 'Everything'], () => ({
    wish: NO_DEBUGGING,
    said: 'All possible debugging has been turned off',
  }));
}

/** `show debugging`: what this shell debugs. JSON: `DebugWish`. */
const showDebugging: ExecCommand = {
  pattern: 'show debugging',
  help: ['Show running system information', 'What this shell debugs'],
  level: 'privileged',
  does: { kind: 'show', show: ({ debugging }) => ({ text: debuggingText(debugging), json: debugging }) },
};

export const debugCommands: readonly ExecCommand[] = [
  presence('debug', DEBUG, true),
  ephoneBlf('debug', DEBUG, true),
  presence('no debug', NO_DEBUG, false),
  ephoneBlf('no debug', NO_DEBUG, false),
  nothing('no debug', NO_DEBUG),
  presence('undebug', UNDEBUG, false),
  ephoneBlf('undebug', UNDEBUG, false),
  nothing('undebug', UNDEBUG),
  showDebugging,
];
