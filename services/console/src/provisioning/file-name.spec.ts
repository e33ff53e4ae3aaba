import { refusalOfName } from './file-name';

test.each<[string, 'traversal' | 'oversized' | undefined]>([
  ['SEP00AABBCCDDEE.cnf.xml', undefined],
  ['XMLDefault.cnf.xml', undefined],
  ['SCCP45.9-4-2SR3-1S.loads', undefined],
  ['', undefined],
  ['../SEP00AABBCCDDEE.cnf.xml', 'traversal'],
  ['..', 'traversal'],
  ['/etc/passwd', 'traversal'],
  ['folder/file', 'traversal'],
  ['..\\windows\\system.ini', 'traversal'],
  ['C:boot.ini', 'traversal'],
  ['~root', 'traversal'],
  ['%2e%2e%2fetc%2fpasswd', 'traversal'],
  ['%252e%252e', 'traversal'],
  ['a%5cb', 'traversal'],
  ['SEP00AABBCCDDEE.cnf.xml\0.jpg', 'traversal'],
  ['SEP00AABBCCDDEE.cnf.xml%00.jpg', 'traversal'],
  ['A'.repeat(128), undefined],
  ['A'.repeat(129), 'oversized'],
  ['../'.repeat(100_000), 'oversized'],
])('the name %j of a file is refused as %s', (name, refusal) => {
  expect(refusalOfName(name)).toBe(refusal);
});
