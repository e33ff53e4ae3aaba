import { SendWindow, windowOf } from './send-window';

describe('the window of NOTIFYs under way', () => {
  it.each([
    [8 * 1024 * 1024, 2_048],
    [425_984, 104],
    [0, 64],
    [1e9, 4_096],
  ])('for a receive buffer of %s bytes is %s', (bytes, size) => {
    expect(windowOf(bytes)).toBe(size);
  });

  it('has room again when one gives its place back, and says so once', () => {
    let told = 0;
    const window = new SendWindow(2, () => (told += 1));
    const [first] = [window.enter(), window.enter()];
    expect(window.hasRoom).toBe(false);
    first?.();
    first?.();
    expect(window.hasRoom).toBe(true);
    expect(told).toBe(1);
  });

  it('lets out what must go out, and has room only when all above its size are back', () => {
    const window = new SendWindow(1, () => undefined);
    const places = [window.enter(), window.enter(), window.enter()];
    places[0]?.();
    expect(window.hasRoom).toBe(false);
    places[1]?.();
    places[2]?.();
    expect(window.hasRoom).toBe(true);
  });
});
