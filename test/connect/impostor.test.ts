import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { probeTls } from '../../src/connect/probe.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { assert, suite } from '../helpers/suite.ts';
import type { Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, fact, impostor, refusal, type Wish } from './endpoints.ts';

// Servers that lie, stall or break off. None of them is a database, so each engine's client meets each.
const test = suite('connect/impostor');

const password = 'pw-for-nobody-Zz9';
const modes = ['disable', 'verify-full'] as const;
const engines = ['postgresql', 'mysql', 'mariadb'] as const;

/** What comes of a login at something that meets each connection in its own way. */
async function meet(
  engine: Server['engine'],
  mode: (typeof modes)[number],
  how: (socket: Socket) => void,
  host = '127.0.0.1',
): Promise<{ error: Awaited<ReturnType<typeof refusal>>; ms: number }> {
  const other = await impostor(how, host);
  try {
    const from = Date.now();
    const error = await refusal(await to(engine, other.port, { dial: host, tls: { mode } }), password, 400);
    return { error, ms: Date.now() - from };
  } finally {
    await other.stop();
  }
}

async function to(engine: Server['engine'], port: number, wish: Wish) {
  const { ca } = await use('certificates');
  const server = { engine, host: 'localhost', port, ca } as Server;
  return endpoint(server, { user: 'app', database: 'shop' }, wish);
}

for (const engine of engines)
  for (const mode of modes) {
    test(`${engine}, ${mode}: one that keeps silent is given up in time`, async () => {
      const { error, ms } = await meet(engine, mode, () => {});
      assert.is(error.code, 'UNREACHABLE');
      assert.match(error.note ?? '', /kept silent/);
      assert.ok(ms < 2000, `${ms} ms`);
    });

    test(`${engine}, ${mode}: one that hangs up is no reason to blame the password`, async () => {
      const { error } = await meet(engine, mode, (socket) => socket.end());
      assert.is(error.code, 'DATABASE');
      assert.match(error.note ?? '', /broke off/);
    });

    test(`${engine}, ${mode}: one that speaks HTTP is told apart`, async () => {
      const { error, ms } = await meet(engine, mode, (socket) => {
        socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
      assert.ok((['DATABASE', 'UNREACHABLE'] as ErrorCode[]).includes(error.code), error.code);
      assert.ok(ms < 2000, `${ms} ms`);
    });

    test(`${engine}, ${mode}: one that drips bytes gets no more time`, async () => {
      const { error, ms } = await meet(engine, mode, (socket) => {
        const drip = setInterval(() => socket.write('\0'), 50);
        socket.once('close', () => clearInterval(drip));
      });
      assert.ok((['DATABASE', 'UNREACHABLE', 'TLS_FAILED'] as ErrorCode[]).includes(error.code), error.code);
      assert.ok(ms < 2000, `${ms} ms`);
    });
  }

test('no connection comes about: a full backlog', async () => {
  const full = await fullBacklog();
  try {
    for (const engine of engines) {
      const error = await refusal(await to(engine, full.port, { dial: '127.0.0.1' }), password, 300);
      assert.is(error.code, 'UNREACHABLE');
      assert.match(error.note ?? '', /^No connection came about/);
      const probe = probeTls(await to(engine, full.port, { dial: '127.0.0.1' }), { timeoutMs: 300 });
      assert.is(clean(await assert.rejects(probe)).code, 'UNREACHABLE');
    }
  } finally {
    full.stop();
  }
});

test('postgresql: a no to TLS is the end, and nothing else is sent', async () => {
  const got: Buffer[] = [];
  const { error } = await meet('postgresql', 'verify-full', (socket) => {
    socket.on('data', (data) => {
      got.push(data);
      socket.write('N');
    });
  });
  assert.is(error.code, 'TLS_REFUSED');
  assert.is(Buffer.concat(got).toString('hex'), '0000000804d2162f');
});

test('postgresql: what is slipped in before the handshake is not taken for the server', async () => {
  const other = await impostor((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([Buffer.from('S'), message('R', int(0))])));
  });
  const there = await to('postgresql', other.port, { dial: '127.0.0.1' });
  assert.is((await refusal(there, password, 400)).code, 'DATABASE');
  assert.is(clean(await assert.rejects(probeTls(there, { timeoutMs: 400 }))).code, 'DATABASE');
  await other.stop();
});

test('postgresql: a handshake that stops half-way is given up in time', async () => {
  const { error, ms } = await meet('postgresql', 'verify-full', (socket) => {
    socket.once('data', () => socket.write('S'));
  });
  assert.is(error.code, 'UNREACHABLE');
  assert.ok(ms < 2000, `${ms} ms`);
});

test('postgresql: a handshake that is none', async () => {
  const { error } = await meet('postgresql', 'verify-full', (socket) => {
    socket.once('data', () => {
      socket.write('S');
      socket.once('data', () => socket.end('this is no TLS'));
    });
  });
  assert.is(error.code, 'TLS_FAILED');
});

test('postgresql: a password that the server sends back is not shown, nor are its escape sequences', async () => {
  const { error } = await meet('postgresql', 'disable', (socket) => {
    socket.once('data', () => {
      socket.write(message('R', int(3)));
      socket.once('data', (data) => {
        const words = `no \u001b[31m${data.toString('utf8', 5, data.length - 1)}\u001b[0m`;
        socket.write(message('E', Buffer.from(`SFATAL\0C28P01\0M${words}\0\0`)));
      });
    });
  });
  assert.is(error.code, 'WRONG_PASSWORD');
  assert.is(fact(error, 'server says'), 'no  [31m[secret] [0m');
});

test('mysql: an error before TLS is not believed about the password', async () => {
  for (const engine of ['mysql', 'mariadb'] as const) {
    const { error } = await meet(engine, 'verify-full', (socket) => {
      socket.write(
        packet(0, Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000Access denied')])),
      );
    });
    assert.is(error.code, 'DATABASE');
    assert.is(fact(error, 'server says'), 'Access denied');
  }
});

test('mysql: a full server turns everybody away in its greeting', async () => {
  const other = await impostor((socket) => {
    socket.write(
      packet(0, Buffer.concat([Buffer.from([0xff, 0x10, 0x04]), Buffer.from('#08004Too many connections')])),
    );
  });
  const there = await to('mysql', other.port, { dial: '127.0.0.1' });
  assert.is((await refusal(there, password, 400)).code, 'TOO_MANY');
  assert.is(clean(await assert.rejects(probeTls(there, { timeoutMs: 400 }))).code, 'TOO_MANY');
  await other.stop();
});

test('over IPv6 too', async () => {
  const { error } = await meet('postgresql', 'disable', (socket) => socket.end(), '::1');
  assert.is(error.code, 'DATABASE');
  assert.match(error.message, /dialled at \[::1\]:\d+$/);
});

test.run();

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int(body.length + 4), body]);
}

/** A packet of MySQL's protocol. */
function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

/** A port whose queue of connections is full: the kernel drops each further attempt, as a firewall does. */
async function fullBacklog(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         require('fs').writeSync(1, s.address().port + '\\n');
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  const fillers: Socket[] = [];
  for (let filled = 0; filled < 8; filled += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    fillers.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    port,
    stop: () => {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
