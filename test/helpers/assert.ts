import * as uvu from 'uvu/assert';

type Assert = typeof uvu & {
  /** Waits for a promise that must fail, and gives back its error. */
  rejects(promise: Promise<unknown>, expected?: RegExp | ((error: Error) => boolean)): Promise<Error>;
};

const count = { made: 0 };

/** How many assertions have run in this process: a test that adds none proves nothing, and the suite fails it. */
export const assertionsMade = (): number => count.made;

function counted<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key);
      return typeof value === 'function' && /^[a-z]/.test(String(key)) ? counted(value) : value;
    },
    apply: (fn, self, args) => {
      count.made += 1;
      return Reflect.apply(fn as unknown as (...args: unknown[]) => unknown, self, args);
    },
  });
}

async function rejects(
  promise: Promise<unknown>,
  expected?: RegExp | ((error: Error) => boolean),
): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
  );
  if (!error)
    throw new uvu.Assertion({
      message: 'expected a rejection, got a value',
      operator: 'rejects',
      expects: expected,
      actual: undefined,
    });
  if (expected instanceof RegExp) uvu.match(error.message, expected);
  else if (expected) uvu.ok(expected(error), `not the expected rejection: ${error.message}`);
  return error;
}

/** uvu's assertions, counted, and one for promises. */
export const assert: Assert = counted({ ...uvu, rejects });
