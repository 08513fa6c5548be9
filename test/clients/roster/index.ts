import type { Family } from './client.ts';
import { go } from './go.ts';
import { dumps, native } from './native.ts';
import { npm } from './npm.ts';
import { python } from './python.ts';

/** Every family whose clients docs/clients.md tells of, in its order. */
export const families: readonly Family[] = [native, dumps, npm, python, go];
