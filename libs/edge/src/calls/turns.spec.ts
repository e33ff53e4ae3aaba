import { Turns } from './turns';

describe('turns', () => {
  it('let what a turn causes wait until the turn is done, in order', () => {
    const said: string[] = [];
    const turns = new Turns(() => undefined);
    turns.take(() => {
      said.push('first begins');
      turns.take(() => {
        said.push('second');
        turns.take(() => said.push('fourth'));
      });
      turns.take(() => said.push('third'));
      said.push('first ends');
    });
    expect(said).toEqual(['first begins', 'first ends', 'second', 'third', 'fourth']);
  });

  it('go on after one that failed, and tell of it', () => {
    const errors: unknown[] = [];
    const said: string[] = [];
    const turns = new Turns((error) => errors.push(error));
    const mistake = new Error('a mistake');
    turns.take(() => {
      turns.take(() => said.push('after it'));
      throw mistake;
    });
    turns.take(() => said.push('later'));
    expect(errors).toEqual([mistake]);
    expect(said).toEqual(['after it', 'later']);
  });
});
