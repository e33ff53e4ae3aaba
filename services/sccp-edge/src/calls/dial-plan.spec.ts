import { applyCommands, emptyConfig, lineDirectory } from '@linewatch/config';
import { dialPlanOf } from './dial-plan';

const { config } = applyCommands(
  emptyConfig(),
  ['2101', '21', '3001', '40..'].flatMap((number, index) => [`ephone-dn ${index + 1}`, ` number ${number}`]),
);
const lines = lineDirectory(config);

describe('the dial plan of the configured numbers', () => {
  it.each([
    ['2', 'partial'],
    ['21', 'either'],
    ['210', 'partial'],
    ['2101', 'whole'],
    ['21011', 'none'],
    ['30', 'partial'],
    ['40', 'partial'],
    ['401', 'partial'],
    ['4017', 'whole'],
    ['40170', 'none'],
    ['9', 'none'],
    ['', 'partial'],
  ])('%s is %s', (digits, match) => expect(dialPlanOf(lines).match(digits)).toBe(match));

  it('is built once for a directory', () => {
    expect(dialPlanOf(lines)).toBe(dialPlanOf(lines));
    expect(dialPlanOf(lineDirectory(config))).not.toBe(dialPlanOf(lines));
  });
});
