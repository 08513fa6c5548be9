import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Engine } from '../profiles/target.ts';

/**
 * Asks a server for TLS the way its clients do, and shakes hands without a login. Nothing is verified yet:
 * `authorizationError` of the socket tells what verification said.
 *
 * @param host the name to compare the certificate with
 * @returns `undefined` where the server speaks no TLS
 * @throws the error packet of a MySQL server that turns connections down, and what sockets throw
 */
export async function startTls(
  socket: Socket,
  engine: Engine,
  host: string,
  ca: string | string[],
): Promise<TLSSocket | undefined> {
  const willing = engine === 'postgresql' ? await askPostgres(socket) : await askMysql(socket);
  if (!willing) return;
  // What came before the handshake came from anybody (CVE-2021-23222).
  if (socket.readableLength > 0) throw new Error('the server spoke before the TLS handshake');
  const secure = connect({ socket, host, ca, rejectUnauthorized: false, ...serverName(host) });
  await once(secure, 'secureConnect');
  return secure;
}

// RFC 6066 knows no addresses there.
const serverName = (host: string): { servername?: string } =>
  /^[\d.]+$|:/.test(host) ? {} : { servername: host };

/** SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
async function askPostgres(socket: Socket): Promise<boolean> {
  socket.write(Buffer.from('0000000804d2162f', 'hex'));
  const answer = (await take(socket, 1)).toString('latin1');
  if (answer === 'S' || answer === 'N') return answer === 'S';
  throw new Error('the answer to the request for TLS is not that of PostgreSQL');
}

const speaksTls = 0x0800;
// PROTOCOL_41, SSL, SECURE_CONNECTION, PLUGIN_AUTH; 16 MiB packets; utf8mb4.
const sslRequest = Buffer.concat([Buffer.from('20000001008a0800000000012d', 'hex'), Buffer.alloc(23)]);

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
async function askMysql(socket: Socket): Promise<boolean> {
  const greeting = await take(socket, (await take(socket, 4)).readUIntLE(0, 3));
  if (greeting[0] === 0xff) throw refusal(greeting);
  const capabilities = greeting.indexOf(0, 1) + 14;
  if (greeting[0] !== 10 || greeting.length < capabilities + 2)
    throw new Error('the greeting is not that of MySQL or MariaDB');
  if ((greeting.readUInt16LE(capabilities) & speaksTls) === 0) return false;
  socket.write(sslRequest);
  return true;
}

/** An error packet, in the shape that mysql2 gives it. */
function refusal(packet: Buffer): Error {
  const sqlMessage = packet.toString('utf8', packet[3] === 0x23 ? 9 : 3);
  return Object.assign(new Error(sqlMessage), { errno: packet.readUInt16LE(1), sqlMessage });
}

async function take(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = socket.read(bytes);
    if (chunk?.length === bytes) return chunk;
    if (socket.readableEnded || socket.destroyed) throw closed();
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}

const closed = (): Error => Object.assign(new Error('the server closed the connection'), { code: 'CLOSED' });
