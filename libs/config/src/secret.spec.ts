import { type Secret, hashSecret, isSecret, isWellFormed } from './secret';

// The sample hashes of hashcat's modes 9200, 9300 and 500, which were made elsewhere.
const KNOWN: [Secret['type'], string, string][] = [
  ['8', '$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk', 'hashcat'],
  ['9', '$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6', 'hashcat'],
  ['5', '$1$38652870$DUjsu4TTlTsOe/xxZ05uf/', 'hashcat'],
  ['0', 'cisco', 'cisco'],
];

test.each(KNOWN)('a secret of type %s (%s) is the hash of its password and of no other', (type, text, clear) => {
  expect(isWellFormed({ type, text })).toBe(true);
  expect(isSecret({ type, text }, clear)).toBe(true);
  expect(isSecret({ type, text }, `${clear}x`)).toBe(false);
  expect(isSecret({ type, text }, '')).toBe(false);
});

test('what was hashed here is read back, also with letters beyond ASCII', () => {
  const secret = hashSecret(
    'pässwörd 1',
    Uint8Array.from({ length: 14 }, (_, at) => at * 19),
  );
  expect(secret).toMatchObject({ type: '9' });
  expect(isWellFormed(secret)).toBe(true);
  expect(isSecret(secret, 'pässwörd 1')).toBe(true);
  expect(isSecret(secret, 'passwörd 1')).toBe(false);
});

test.each<Secret>([
  { type: '5', text: 'cisco' },
  { type: '8', text: '$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6' },
  { type: '9', text: '$9$short$x' },
])('$type $text is no hash, and nobody has it', (secret) => {
  expect(isWellFormed(secret)).toBe(false);
  expect(isSecret(secret, secret.text)).toBe(false);
});
