/** Something that is closed until it is opened, once; those who wait go on together. */
export class Latch {
  isOpen = false;
  /** Resolves when it is open. */
  readonly opened: Promise<void>;
  private release: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.release = resolve));
  }

  open(): void {
    this.isOpen = true;
    this.release();
  }
}
