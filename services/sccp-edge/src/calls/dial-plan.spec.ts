import { applyCommands, dialPeerDirectory, emptyConfig, lineDirectory } from '@linewatch/config';
import { dialPlanOf, matchAnywhere } from './dial-plan';

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

describe('digits that a trunk may take as well', () => {
  const trunks = ['2...', '3...T', '9T', '17'].flatMap((pattern, index) => [
    `dial-peer voice ${index + 1} voip`,
    ` destination-pattern ${pattern}`,
    ' session protocol sipv2',
    ' session target ipv4:192.0.2.4',
  ]);
  const dialPeers = dialPeerDirectory(applyCommands(emptyConfig(), trunks).config);

  it.each([
    ['a whole number of a line, whatever trunks take', '2101', 'whole'],
    ['a whole number of a line, although a trunk takes more digits', '3001', 'whole'],
    ['the beginning of both', '210', 'partial'],
    ['a number of a trunk that no line has', '2222', 'whole'],
    ['a number of a trunk that may have more digits', '3456', 'either'],
    ["a number that is a trunk's alone", '17', 'whole'],
    ["the beginning of a trunk's", '1', 'partial'],
    ['a prefix with any more digits', '9', 'either'],
    ["nobody's", '5', 'none'],
  ])('%s: %s is %s', (_what, digits, match) => {
    expect(matchAnywhere(dialPlanOf(lines), dialPeers, digits)).toBe(match);
  });
});
