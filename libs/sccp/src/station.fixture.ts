import type { Message, MessageOf } from './messages';
import type { StationProfile } from './profile';
import { startStation, stepStation } from './station';
import {
  defaultStationSettings,
  type StationEffect,
  type StationInput,
  type StationSettings,
  type StationState,
} from './station-state';

/** Steps one station through a story and keeps what it did. */

/** 2026-03-04 12:34:56.789 UTC, a Wednesday. */
export const NOW = Date.UTC(2026, 2, 4, 12, 34, 56, 789);

export const profile: StationProfile = {
  lines: [
    { number: '3001', displayName: 'Alice', label: 'Alice 3001', forward: { busy: '3009' } },
    { number: '3002', displayName: 'Front desk' },
  ],
  buttons: [
    { type: 'line' },
    { type: 'blf', number: '2101', label: 'Bob' },
    { type: 'speedDial', number: '4001', label: 'Taxi' },
    { type: 'line' },
    { type: 'blf', number: '2102', label: 'Carol' },
    { type: 'serviceUrl', url: 'http://menu', label: 'Menu' },
    { type: 'feature', label: 'Private' },
    { type: 'function', buttonType: 0x82 },
    { type: 'unused' },
  ],
  userName: 'alice',
  loadName: 'SCCP41.9-4-2',
};

export function register(changes: Partial<MessageOf<'RegisterMessage'>> = {}): MessageOf<'RegisterMessage'> {
  return {
    name: 'RegisterMessage',
    deviceName: 'SEP001122334455',
    userId: 0,
    instance: 1,
    ipAddress: '192.0.2.10',
    deviceType: 30018,
    maxStreams: 5,
    activeStreams: 0,
    protocolVersion: 22,
    unknown: 0,
    phoneFeatures: 0x8572,
    maxConferences: 0,
    activeConferences: 0,
    macAddress: '001122334455',
    ipV4Scope: 0,
    maxLines: 6,
    ipV6Address: '::',
    ipV6Scope: 0,
    loadName: 'SCCP41.8-5-3S',
    configVersionStamp: '',
    ...changes,
  };
}

export class StationStory {
  state: StationState;
  private done: readonly StationEffect[];

  constructor(readonly settings: StationSettings = defaultStationSettings) {
    const { state, effects } = startStation(settings);
    this.state = state;
    this.done = effects;
  }

  take(input: StationInput): this {
    const { state, effects } = stepStation(this.state, input, { settings: this.settings, now: NOW });
    this.state = state;
    this.done = [...this.done, ...effects];
    return this;
  }

  hear(...messages: Message[]): this {
    for (const message of messages) this.take({ type: 'message', message });
    return this;
  }

  /** Everything done since the last look, without the timers of life. */
  news(): readonly StationEffect[] {
    const lives = ['keepAlive', 'firstMessage'];
    const news = this.done.filter((effect) => !('name' in effect && lives.includes(effect.name)));
    this.done = [];
    return news;
  }

  /** The timers of life since the last look. */
  lifeTimers(): readonly StationEffect[] {
    const timers = this.done.filter(({ type }) => type === 'startTimer' || type === 'stopTimer');
    this.done = [];
    return timers;
  }

  sent(): readonly Message[] {
    return this.news().flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
  }

  /** A phone that has registered. */
  registered(changes: Partial<MessageOf<'RegisterMessage'>> = {}, of = profile): this {
    this.hear(register(changes));
    this.take({ type: 'identified', attempt: 1, profile: of });
    this.take({ type: 'recorded', attempt: 1 });
    this.done = [];
    return this;
  }
}
