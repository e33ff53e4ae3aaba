import { decideWatch, type LineInstance, type WatchRequest } from '@linewatch/presence';
import { momentText } from '../lines/past-time';
import { deviceText, instanceText, named } from '../lines/sentences';
import type { ConfigChange, ExplainFacts } from './facts';
import { broken, holds, type Link } from './link';

/** What the configuration says: whether there is such a line, whether it may be watched, and by whom. */

export function configurationLinks({ line, rules, changes }: ExplainFacts): Link[] {
  const { number, entry } = line;
  if (!entry) {
    if (rules.allowSubscribe && rules.server !== undefined)
      return [holds('configuration', `${number} is no line here: it is asked for at ${rules.server}`)];
    return [
      broken(
        'configuration',
        'no-such-line',
        `there is no line ${number} in the configuration`,
        `correct the number of the key, or give a directory number "number ${number}"; for a number of another system, "presence" needs "allow subscribe" and "server"`,
      ),
    ];
  }
  const pattern = entry.number === number ? '' : ` (as ${entry.number})`;
  const links = entry.instances.map(({ id, kind, watchable, devices }) => {
    const where = kind === 'phone' ? `on ${named(devices.map(deviceText)) || 'no phone'}` : `a ${kind} number`;
    return holds(
      'configuration',
      `${number}${pattern} is ${instanceText(id)}, ${where}, ${watchable ? 'with' : 'without'} allow watch`,
    );
  });
  if (!entry.instances.some(({ watchable }) => watchable)) {
    const [first] = entry.instances;
    const place = first ? instanceText(first.id) : 'its directory number';
    links.push(
      broken(
        'configuration',
        'not-watchable',
        `nobody may watch ${number}: allow watch is not given${by(changes?.watch)}`,
        `configure "allow watch" in ${place}`,
      ),
    );
  } else if (isNowhere(entry.instances)) {
    links.push(
      broken(
        'configuration',
        'no-phone',
        `no phone carries ${number}`,
        `give it to a phone: "number <tag> dn <dn>" in a voice register pool, "button <n>:<dn>" in an ephone`,
      ),
    );
  }
  return links;
}

function isNowhere(
  instances: readonly (Pick<LineInstance, 'kind' | 'watchable'> & { devices: readonly unknown[] })[],
): boolean {
  return instances
    .filter(({ watchable }) => watchable)
    .every(({ kind, devices }) => kind === 'phone' && devices.length === 0);
}

/** Which rule lets the watcher in or keeps it out: the policy's word, split where it has two causes. */
export function policyLink({ rules, changes, line }: ExplainFacts, request: WatchRequest): Link {
  const verdict = decideWatch(rules, request);
  const { number } = line;
  switch (verdict) {
    case 'allow':
      return holds('policy', allowText(request));
    case 'presence-disabled':
      return rules.presenceEnabled
        ? broken(
            'policy',
            'presence-enable-off',
            `SIP watchers are not served: "presence enable" is not given${by(changes?.presenceEnable)}`,
            'configure "presence enable" in "sip-ua"; then restart phones that gave up',
          )
        : broken(
            'policy',
            'presence-off',
            `the presence service is off${by(changes?.presence)}`,
            'configure "presence"; then restart phones that gave up',
          );
    case 'external-watcher-refused':
      return broken(
        'policy',
        'watcher-all-off',
        'the watcher is no phone here, and "watcher all" is not given',
        'configure "watcher all" in "presence", or register the phone',
      );
    case 'external-line-refused':
      return broken(
        'policy',
        'allow-subscribe-off',
        `${number} is no line here, and "allow subscribe" is not given`,
        'configure "allow subscribe" in "presence"',
      );
    case 'no-server':
      return broken(
        'policy',
        'no-server',
        `${number} is no line here, and there is no "server" to ask`,
        'configure "server <address>" in "presence"',
      );
    case 'never-chained':
      return broken(
        'policy',
        'never-chained',
        `neither the watcher nor ${number} is of this system: nothing is asked for others`,
        'watch the number at the system that has it',
      );
    default:
      return verdict satisfies never;
  }
}

function allowText({ protocol, watcher, presentity }: WatchRequest): string {
  const who = watcher === 'local' ? `a phone of this system (${protocol.toUpperCase()})` : 'a watcher from outside';
  const rule = watcher === 'local' ? '"presence"' : '"watcher all"';
  return presentity === 'local'
    ? `${who} may watch lines of this system: ${rule}${protocol === 'sip' ? ' and "presence enable"' : ''}`
    : `${who} may watch lines elsewhere: "allow subscribe" and "server"`;
}

/** ` (by ada in revision 17, 2026-11-28 05:10:00.000)`. */
export function by(change: ConfigChange | undefined): string {
  return change ? ` (by ${change.author} in revision ${change.revision}, ${momentText(change.at)})` : '';
}
