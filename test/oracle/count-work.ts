// Work is counted, not timed: what looks at characters of a text, or up a key, is counted while a
// piece of code runs, so that a test says the same on any machine.

type Count = (text: string, args: readonly unknown[], result: unknown) => number;

const one: Count = () => 1;
const whole: Count = (text) => text.length;
const ofArgument: Count = (_, [part]) => (typeof part === 'string' ? part.length : 1);

/** From where it began to where it found, or to the end. */
const searched: Count = (text, [, from], found) => {
  const start = typeof from === 'number' ? from : 0;
  return Math.max(1, (typeof found === 'number' && found >= 0 ? found : text.length) - start);
};

const TEXT_WORK: Readonly<Record<string, Count>> = {
  charCodeAt: one,
  codePointAt: one,
  charAt: one,
  startsWith: ofArgument,
  endsWith: ofArgument,
  includes: whole,
  indexOf: searched,
  toLowerCase: whole,
  normalize: whole,
  replaceAll: whole,
  split: whole,
};
const LOOKUPS: readonly (readonly [object, string])[] = [
  [Map.prototype, 'get'],
  [Map.prototype, 'set'],
  [Set.prototype, 'has'],
  [Set.prototype, 'add'],
  [RegExp.prototype, 'test'],
  [RegExp.prototype, 'exec'],
];

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** How many characters and keys the code looks at, by way of the built-in methods. */
export function workOf(run: () => void): number {
  let work = 0;
  const undo: (() => void)[] = [];
  const put = (owner: object, name: string, count: Count) => {
    const before = Reflect.get(owner, name) as Method;
    const counted: Method = function (...args) {
      const result = Reflect.apply(before, this, args);
      work += count(typeof this === 'string' ? this : '', args, result);
      return result;
    };
    Reflect.set(owner, name, counted);
    undo.push(() => void Reflect.set(owner, name, before));
  };
  for (const [name, count] of Object.entries(TEXT_WORK)) {
    put(String.prototype, name, count);
  }
  for (const [owner, name] of LOOKUPS) put(owner, name, one);
  try {
    run();
  } finally {
    for (const back of undo) back();
  }
  return work;
}
