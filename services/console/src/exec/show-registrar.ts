import { registrarEntries, registrarText } from '../layouts/registrar';
import { numbersOfPool } from '../layouts/voice-register';
import { readLines } from '../line-overviews';
import type { ExecCommand } from './exec-command';
import { atMostPhones } from './most-phones';

/** `show sip-ua status registrar`: what SIP phones have registered. JSON: `{ registrations: RegistrarEntry[] }`. */
export const showRegistrar: ExecCommand = {
  pattern: 'show sip-ua status registrar',
  help: ['Show running system information', 'SIP', 'How it goes', 'What phones have registered'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, running, now }) => {
      const config = running.current();
      const { kept, note } = atMostPhones(Object.values(config.pools));
      const overviews = await readLines(
        system.bus,
        kept.flatMap((pool) => numbersOfPool(config, pool)),
      );
      const registrations = registrarEntries(config, kept, overviews, now());
      return { text: registrarText(registrations) + note, json: { registrations } };
    },
  },
};
