import { bytesOfIp, textOfIp4, textOfIp6 } from './ip-address';

describe('IP addresses', () => {
  it.each([
    ['10.0.0.1', '0a000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['2001:db8::a:1', `20010db8${'00'.repeat(8)}000a0001`],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fe80::', `fe80${'00'.repeat(14)}`],
  ])('%s is these bytes and back', (text, hex) => {
    const bytes = bytesOfIp(text);
    expect(Buffer.from(bytes ?? []).toString('hex')).toBe(hex);
    expect(bytes && (bytes.length === 4 ? textOfIp4(bytes) : textOfIp6(bytes))).toBe(text);
  });

  it.each([
    '',
    'sip.example',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ])('"%s" is none', (text) => {
    expect(bytesOfIp(text)).toBeUndefined();
  });
});
