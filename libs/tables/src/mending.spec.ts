import { Mending } from './mending';

it('looks at every row in the round after a reconnect, again when that failed, and else at whether tables are there', async () => {
  const done: string[] = [];
  let failures = 1;
  const mending = new Mending({
    whole: async () => void done.push('whole'),
    mend: async () => {
      done.push('mend');
      if (failures-- > 0) throw new Error('away');
    },
  });
  await mending.round();
  mending.reconnected();
  await expect(mending.round()).rejects.toThrow('away');
  await mending.round();
  await mending.round();
  expect(done).toEqual(['whole', 'mend', 'mend', 'whole']);
});
