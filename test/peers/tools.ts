/** The programs of Debian that play phones, proxies and clients, and watch the wire; `npm run test:peers` finds them. */

export type Tool = 'sipp' | 'baresip' | 'tshark' | 'kamailio' | 'tftp' | 'curl';

/**
 * Where a program is.
 * @throws Error when these tests were not started by `npm run test:peers`
 */
export function toolPath(tool: Tool): string {
  return variable(`LINEWATCH_${tool.toUpperCase()}`);
}

/** baresip's `module_path`. @throws like {@link toolPath} */
export function baresipModules(): string {
  return variable('LINEWATCH_BARESIP_MODULES');
}

/** Kamailio's `mpath`. @throws like {@link toolPath} */
export function kamailioModules(): string {
  return variable('LINEWATCH_KAMAILIO_MODULES');
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests by npm run test:peers`);
  return value;
}
