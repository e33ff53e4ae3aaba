import { type Config } from './config';
import { clearPassword } from './password';

/** What digest authentication reads of the running configuration [cme-presence 2.7, 4.10]. */

/**
 * The realm of every challenge: `authenticate realm`, else the source address of `voice register global`, else the
 * hostname. The same at every edge, so that credentials and nonces are good at each.
 */
export function digestRealm({
  voiceRegisterGlobal,
  hostname,
}: Pick<Config, 'voiceRegisterGlobal' | 'hostname'>): string {
  return voiceRegisterGlobal.authenticate.realm ?? voiceRegisterGlobal.sourceAddress?.host ?? hostname;
}

/** A user name and password, and which phone has them: `voice register pool 1`. */
export interface NamedCredentials {
  readonly of: string;
  readonly username: string;
  /** In the clear. */
  readonly password: string;
}

/** The pairs of SIP and SCCP phones whose passwords can be read. */
export function phoneCredentials({ pools, ephones }: Pick<Config, 'pools' | 'ephones'>): NamedCredentials[] {
  const kinds = [
    ['voice register pool', Object.values(pools)],
    ['ephone', Object.values(ephones)],
  ] as const;
  return kinds.flatMap(([kind, phones]) =>
    phones.flatMap(({ tag, username, password: typed }) => {
      const password = typed && clearPassword(typed);
      return username === undefined || password === undefined ? [] : [{ of: `${kind} ${tag}`, username, password }];
    }),
  );
}
