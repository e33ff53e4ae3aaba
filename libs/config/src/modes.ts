import { type Command, type Mode } from './command';
import { configure } from './commands/configure';
import { dialPeer } from './commands/dial-peer';
import { ephone } from './commands/ephone';
import { ephoneDn } from './commands/ephone-dn';
import { ephoneDnTemplate, ephoneTemplate } from './commands/ephone-templates';
import { presence } from './commands/presence';
import { sipUa } from './commands/sip-ua';
import { telephonyService } from './commands/telephony-service';
import { voiceLogoutProfile, voiceUserProfile } from './commands/voice-profiles';
import { voiceRegisterDn } from './commands/voice-register-dn';
import { voiceRegisterGlobal } from './commands/voice-register-global';
import { voiceRegisterPool } from './commands/voice-register-pool';
import { voiceRegisterTemplate } from './commands/voice-register-template';
import { sip, voiceServiceVoip } from './commands/voice-service-voip';
import { type ModeRecord } from './config';
import { type Node, addPattern, emptyNode } from './grammar';
import { readPattern } from './pattern';

/** Every mode, in the order in which running-config prints them [cme-presence 6.3]. A new mode is one more line here. */
const MODES: readonly Mode<ModeRecord>[] = [
  configure,
  voiceServiceVoip,
  sip,
  voiceRegisterGlobal,
  voiceRegisterDn,
  voiceRegisterTemplate,
  voiceRegisterPool,
  voiceLogoutProfile,
  voiceUserProfile,
  dialPeer,
  presence,
  sipUa,
  telephonyService,
  ephoneDnTemplate,
  ephoneTemplate,
  ephoneDn,
  ephone,
];

/** What a line means in a mode. Behind `no` and `default` it means the same, undone. */
export type Action =
  | { kind: 'command'; command: Command<ModeRecord> }
  | { kind: 'enter'; mode: ModeNode }
  | { kind: 'exit' }
  | { kind: 'end' };

/** A mode in its place in the tree. */
export interface ModeNode {
  mode: Mode<ModeRecord>;
  parent?: ModeNode;
  /** Modes that open inside this one, in the order in which they are printed. */
  children: ModeNode[];
  /** Its commands, the opening commands of its children, `no`, `default`, `exit` and `end`. */
  grammar: Node<Action>;
  /** Its commands with how many words name one line of each, e.g. 2 for `blf-speed-dial 1 …`. */
  commands: { command: Command<ModeRecord>; keyLength: number }[];
}

/** Global configuration mode. */
export const ROOT: ModeNode = plant(configure, undefined);

function plant(mode: Mode<ModeRecord>, parent: ModeNode | undefined): ModeNode {
  const node: ModeNode = { mode, parent, children: [], grammar: emptyNode(), commands: [] };
  const undo = emptyNode<Action>();
  for (const command of mode.commands) {
    const pattern = readPattern(command.pattern, command.help);
    const action: Action = { kind: 'command', command };
    addPattern(node.grammar, pattern, action, false);
    addPattern(undo, pattern, action, true);
    node.commands.push({ command, keyLength: pattern.keyLength });
  }
  for (const inside of MODES.filter((other) => other.under === mode.name)) {
    const child = plant(inside, node);
    const action: Action = { kind: 'enter', mode: child };
    const pattern = readPattern(inside.pattern, inside.help);
    addPattern(node.grammar, pattern, action, false);
    addPattern(undo, pattern, action, true);
    node.children.push(child);
  }
  const { keywords } = node.grammar;
  keywords.set('no', { word: 'no', help: 'Negate a command or set its defaults', next: undo });
  keywords.set('default', { word: 'default', help: 'Set a command to its defaults', next: undo });
  // `no no`, `no exit` and so on mean nothing; said here, so that they are not taken for commands we do not know.
  for (const word of ['no', 'default', 'exit', 'end']) undo.keywords.set(word, { word, help: '', next: emptyNode() });
  addPattern(node.grammar, readPattern('exit', ['Leave this mode']), { kind: 'exit' }, false);
  addPattern(node.grammar, readPattern('end', ['Leave configuration']), { kind: 'end' }, false);
  return node;
}
