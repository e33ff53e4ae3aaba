import type { DialPeerDirectory, LineDirectory } from '@linewatch/config';
import type { DialMatch } from '@linewatch/sccp';

/** How collected digits stand to the configured numbers, patterns included (`20..`) [issue "dial plan"]. */
export interface DialPlan {
  match(digits: string): DialMatch;
}

const plans = new WeakMap<LineDirectory, DialPlan>();

/** The dial plan of a directory; built once for each, as configurations change seldom and digits are many. */
export function dialPlanOf(lines: LineDirectory): DialPlan {
  const known = plans.get(lines);
  if (known) return known;
  const plan = buildPlan(lines.numbers());
  plans.set(lines, plan);
  return plan;
}

/**
 * How digits stand to lines and to trunks together. A line's whole number is dialled at once, whatever trunks would take
 * more digits, so that nobody waits for `.T` in a call to the next room; as long as a line's number may still come of the
 * digits, a trunk waits for it.
 */
export function matchAnywhere(plan: DialPlan, trunks: Pick<DialPeerDirectory, 'standing'>, digits: string): DialMatch {
  const local = plan.match(digits);
  if (local === 'whole' || local === 'either') return local;
  const beyond = trunks.standing(digits);
  if (local === 'none' || beyond === 'none') return local === 'none' ? beyond : local;
  return beyond === 'partial' ? 'partial' : 'either';
}

/** O(total length of the numbers). */
function buildPlan(numbers: Iterable<string>): DialPlan {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  const patterns: string[] = [];
  for (const number of numbers) {
    if (number.includes('.')) {
      patterns.push(number);
      continue;
    }
    whole.add(number);
    for (let end = 1; end < number.length; end += 1) beginnings.add(number.slice(0, end));
  }
  return {
    match: (digits) => {
      const isWhole = whole.has(digits) || patterns.some((each) => each.length === digits.length && fits(each, digits));
      const isBeginning =
        beginnings.has(digits) || patterns.some((each) => each.length > digits.length && fits(each, digits));
      if (isWhole) return isBeginning ? 'either' : 'whole';
      return isBeginning ? 'partial' : 'none';
    },
  };
}

/** Whether digits fit the beginning of a pattern. */
function fits(pattern: string, digits: string): boolean {
  return [...digits].every((digit, at) => pattern[at] === '.' || pattern[at] === digit);
}
