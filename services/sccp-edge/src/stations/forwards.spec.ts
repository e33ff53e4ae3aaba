import { applyCommands, emptyConfig } from '@linewatch/config';
import type { RegisteredStation, StationInput } from '@linewatch/sccp';
import { forwardOf, tellForwards } from './forwards';
import { phoneOf } from './phone';

const office = (...lines: string[]) => {
  const commands = ['telephony-service', 'ephone-dn 1', ' number 3001', ...lines, 'ephone 1', ' button 1:1'];
  return applyCommands(emptyConfig(), commands).config;
};

describe('where the calls of a line go', () => {
  it.each([
    [[], {}],
    [[' call-forward all 2105', ' call-forward noan 2106 timeout 20'], { all: '2105', noAnswer: '2106' }],
    [[' call-forward busy 2105 primary', ' call-forward all 2106 secondary'], { busy: '2105' }],
  ])('by %j is %j', (lines, expected) => {
    expect(forwardOf(office(...lines), 'ephone-dn:1')).toEqual(expected);
  });

  it('is nothing for a line that is gone', () => {
    expect(forwardOf(office(), 'ephone-dn:9')).toEqual({});
  });

  it('is told to a phone when it changes, and not when it does not', () => {
    const before = office();
    const phone = phoneOf(before, before.ephones[1]!);
    const told: StationInput[] = [];
    const registered = { profile: phone.profile } as RegisteredStation;
    const session = { phone, registered, input: (input: StationInput) => void told.push(input) };
    tellForwards(session, office(' label x'));
    expect(told).toEqual([]);
    tellForwards(session, office(' call-forward all 2105'));
    expect(told).toEqual([{ type: 'forwarded', lineInstance: 1, forward: { all: '2105' } }]);
  });
});
