import fc from 'fast-check';
import { type Envelope, dataSchemaOf, decodeEnvelope, encodeEnvelope } from './envelope';

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const feature: Envelope = {
  id: 'sip-edge-1.7.42',
  source: '/sip-edge/1',
  time: Date.UTC(2026, 10, 22, 9, 30, 0, 125),
  subject: '3001',
  epoch: 7,
  seq: 42,
  event: { type: 'linewatch.line.feature', data: { device: 'pool:4', dnd: true } },
};

const wire = {
  specversion: '1.0',
  id: 'sip-edge-1.7.42',
  type: 'linewatch.line.feature',
  time: '2026-11-22T09:30:00.125Z',
  source: '/sip-edge/1',
  subject: '3001',
  dataschema: 'urn:linewatch:schema:linewatch.line.feature:1',
  epoch: 7,
  seq: 42,
  data: { device: 'pool:4', dnd: true },
};

describe('an envelope', () => {
  it('is CloudEvents 1.0 in structured JSON', () => {
    expect(JSON.parse(Buffer.from(encodeEnvelope(feature)).toString())).toEqual(wire);
  });

  it('is read back as it was', () => {
    expect(decodeEnvelope(encodeEnvelope(feature))).toEqual({ ok: true, envelope: feature });
  });

  it('needs neither subject nor epoch nor seq', () => {
    const { id, source, time, event } = feature;
    const small: Envelope = { id, source, time, event };
    expect(decodeEnvelope(encodeEnvelope(small))).toEqual({ ok: true, envelope: small });
  });

  it('takes any time with an offset [RFC3339]', () => {
    const decoded = decodeEnvelope(bytesOf({ ...wire, time: '2026-11-22T10:30:00.125+01:00' }));
    expect(decoded).toMatchObject({ ok: true, envelope: { time: feature.time } });
  });

  it.each<[string, unknown, RegExp]>([
    ['another version of CloudEvents', { ...wire, specversion: '0.3' }, /specversion/],
    ['no id', { ...wire, id: undefined }, /id/],
    ['an empty id', { ...wire, id: '' }, /id/],
    ['a time that is none', { ...wire, time: 'yesterday' }, /time/],
    ['an epoch that is no count', { ...wire, epoch: -1 }, /epoch/],
    ['an unknown type', { ...wire, type: 'linewatch.line.colour' }, /unknown event type "linewatch.line.colour"/],
    ['a type that every object has', { ...wire, type: 'constructor' }, /unknown event type/],
    ['a later schema', { ...wire, dataschema: 'urn:linewatch:schema:linewatch.line.feature:2' }, /this version reads/],
    ['data of another type', { ...wire, data: { device: 'pool:4', dnd: 'yes' } }, /dnd/],
    ['no data', { ...wire, data: undefined }, /data of "linewatch.line.feature"/],
    ['an array', [], /not an envelope/],
    ['null', null, /not an envelope/],
  ])('is refused with a reason when it has %s', (_what, value, reason) => {
    const decoded = decodeEnvelope(bytesOf(value));
    expect(decoded.ok).toBe(false);
    expect(!decoded.ok && decoded.reason).toMatch(reason);
  });

  it('of any bytes is a failure with a reason, never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const decoded = decodeEnvelope(bytes);
          expect(!decoded.ok && decoded.reason.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('names its schema by an absolute URI, as CloudEvents wants', () => {
    expect(new URL(dataSchemaOf('linewatch.edge.hello')).protocol).toBe('urn:');
  });
});
