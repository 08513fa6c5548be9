import { spawnSync } from 'node:child_process';
import { accessSync } from 'node:fs';
import { type Commands, commands } from './commands.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** Where Debian has it; it is in no `PATH`. */
export const manager = '/lib/systemd/systemd';

/** Mounts and processes of its own: a manager in there believes in a system that was booted by systemd. */
export const namespace: readonly string[] = ['-mpf', '--mount-proc', '--kill-child=KILL'];

/** What a service manager for one user takes. @throws Unavailable where no namespace can be made */
export async function start(ground: Ground): Promise<Commands> {
  const found = await commands(
    ground,
    'systemctl',
    'systemd-analyze',
    'systemd-notify',
    'systemd-socket-activate',
  );
  accessSync(manager);
  if (spawnSync('unshare', [...namespace, 'true']).status !== 0)
    throw new Unavailable('systemd needs a namespace of its own, and none can be made here');
  return found;
}
