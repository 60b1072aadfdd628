// Preloaded into a process of the product (`NODE_OPTIONS=--import=…`): its machine's clock is wrong
// by TEST_CLOCK_OFF_MS from the start. Steady time (`performance.now`) goes on as it is.
const off = Number(process.env['TEST_CLOCK_OFF_MS']);
const real = Date.now;
globalThis.Date = class extends Date {
  constructor(...args) {
    if (args.length === 0) super(real() + off);
    else super(...args);
  }

  static now() {
    return real() + off;
  }
};
