import type { Family } from './client.ts';
import { dumps, native } from './native.ts';
import { npm } from './npm.ts';

/** Every family whose clients docs/clients.md tells of, in its order. */
export const families: readonly Family[] = [native, dumps, npm];
