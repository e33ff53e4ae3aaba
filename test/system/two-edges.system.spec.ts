import { House, numberOf } from './house';

describe('two SIP edges', () => {
  let house: House;
  // Phones with an even index are at the first edge, the others at the second.
  beforeAll(async () => void (house = await House.open(4, { 'sip-edge': 2, 'presence-state': 2 })));
  afterAll(() => house.close());

  it.each([
    ['the first', 2],
    ['the second', 3],
  ])(
    'a caller at one, a callee at the other: a watcher at %s sees both lines in use and idle',
    async (_which, index) => {
      const [caller, called] = house.phones;
      const watcher = house.phones[index];
      const lamps = [await watcher?.subscribe(numberOf(0)), await watcher?.subscribe(numberOf(1))];
      for (const lamp of lamps) await lamp?.waitFor('idle');
      const call = caller?.call(numberOf(1));
      const incoming = await called?.nextCall();
      for (const lamp of lamps) await lamp?.waitFor('in-use');
      await call?.ringing();
      await incoming?.answer();
      await call?.answered();
      expect((await call?.hold())?.status).toBe(200);
      expect((await call?.resume())?.status).toBe(200);
      await incoming?.hangup();
      await call?.ended();
      for (const lamp of lamps) {
        await lamp?.showed('idle', 'in-use', 'idle');
        await lamp?.unsubscribe();
      }
      expect(house.violations()).toEqual([]);
    },
  );

  it('a call that the caller gives up stops ringing at the other edge, and both lines are idle', async () => {
    const [caller, called, watcher] = house.phones;
    const lamp = await watcher?.subscribe(numberOf(1));
    await lamp?.waitFor('idle');
    const call = caller?.call(numberOf(1));
    const incoming = await called?.nextCall();
    await call?.ringing();
    await lamp?.waitFor('in-use');
    await call?.cancel();
    expect((await incoming?.ended())?.by).toBeDefined();
    await lamp?.waitFor('idle');
    await lamp?.unsubscribe();
    expect(house.violations()).toEqual([]);
  });

  it('a busy callee at the other edge refuses with 486', async () => {
    const [caller, called] = house.phones;
    const call = caller?.call(numberOf(1));
    (await called?.nextCall())?.reject(486, 'Busy Here');
    expect((await call?.ended())?.status).toBe(486);
    expect(house.violations()).toEqual([]);
  });
});
