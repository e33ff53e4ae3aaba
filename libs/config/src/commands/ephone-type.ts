import { type Command } from '../command';
import { keysOfType, MODULE_TYPES, PHONE_TYPES } from '../phone-types';
import { type Ephone } from '../sccp-config';

const types = Object.keys(PHONE_TYPES);
const modules = Object.keys(MODULE_TYPES);
const moduleHelp = modules.map((module) => `${MODULE_TYPES[module]} keys`);

/** `type <phone-type> [addon 1 <module> [2 <module>]]`: the types of CME, or one that `ephone-type` would define. */
export const ephoneType: Command<Ephone> = {
  pattern: `type ~ <${types.join('|')}|NAME$type>$type [addon 1 <${modules.join('|')}>$first [2 <${modules.join('|')}>$second]]`,
  help: [
    'Model of the phone',
    ...types.map(typeHelp),
    'Another model',
    'Expansion modules',
    'First module',
    ...moduleHelp,
    'Second module',
    ...moduleHelp,
  ],
  set: (phone, args) => {
    phone.type = args.text('type');
    delete phone.addons;
    if (!args.has('first')) return;
    phone.addons = [args.text('first'), ...(args.has('second') ? [args.text('second')] : [])];
  },
  unset: (phone) => {
    delete phone.type;
    delete phone.addons;
  },
  render: ({ type, addons }) => {
    if (type === undefined) return [];
    const addon = addons?.map((module, at) => `${at + 1} ${module}`).join(' ');
    return [`type ${type}${addon === undefined ? '' : ` addon ${addon}`}`];
  },
};

function typeHelp(type: string): string {
  const keys = keysOfType(type);
  return keys === 1 ? 'One key' : `${keys} keys`;
}
