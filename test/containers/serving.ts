import { assert } from '../helpers/suite.ts';
import { freePort } from '../services/server.ts';
import { type Image, type Options, start } from './box.ts';

/** Starts an image that serves, asks it, stops it as `docker stop` does, and gives back what it answered and its status. */
export async function serve(
  image: Image,
  argv: readonly string[],
  options: Options,
): Promise<{ answer: string; code: number | null; output: string }> {
  const port = await freePort();
  const container = await start(image, argv, { ...options, env: { ...options.env, PORT: String(port) } });
  await container.said('listening');
  const answer = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  container.send('SIGTERM');
  const { code, output } = await container.ended;
  assert.not.match(output, 'Error');
  return { answer, code, output };
}
