/**
 * Loading this file hides the three standard streams until {@link showStreams} is called. execa lists them when it
 * loads, and Node sets O_NONBLOCK on the descriptor of each stream that is touched: a program that we become later
 * inherits that and fails with EAGAIN.
 */
const streams = (['stdin', 'stdout', 'stderr'] as const).map(
  (name) => [name, Object.getOwnPropertyDescriptor(process, name) ?? {}] as const,
);
for (const [name] of streams) Object.defineProperty(process, name, { value: {}, configurable: true });

export function showStreams(): void {
  for (const [name, descriptor] of streams) Object.defineProperty(process, name, descriptor);
}
