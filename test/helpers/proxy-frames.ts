/** Who sent something. */
export type Direction = 'toServer' | 'toClient';

/** How a stream is cut into units; each gives the length of the one that begins there, once that can be known. */
export type Framing = 'byte' | 'start' | 'typed' | 'packet' | 'record';

const lengths: Readonly<Record<Framing, (bytes: Buffer) => number | undefined>> = {
  /** One byte: the answer to PostgreSQL's `SSLRequest`. */
  byte: () => 1,
  /** PostgreSQL's first message, which has no type. */
  start: (bytes) => (bytes.length < 4 ? undefined : bytes.readUInt32BE(0)),
  /** PostgreSQL. */
  typed: (bytes) => (bytes.length < 5 ? undefined : 1 + bytes.readUInt32BE(1)),
  /** MySQL, MariaDB. */
  packet: (bytes) => (bytes.length < 4 ? undefined : 4 + bytes.readUIntLE(0, 3)),
  /** A record of TLS. */
  record: (bytes) => (bytes.length < 5 ? undefined : 5 + bytes.readUInt16BE(3)),
};

/** Cuts a stream into units. */
export class Splitter {
  framing: Framing;
  #rest: Buffer = Buffer.alloc(0);

  constructor(framing: Framing) {
    this.framing = framing;
  }

  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
  }

  /** The next whole unit. The framing may change between two. */
  next(): Buffer | undefined {
    const length = this.#rest.length > 0 ? lengths[this.framing](this.#rest) : undefined;
    if (length === undefined || this.#rest.length < length) return undefined;
    const unit = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return unit;
  }

  /** What has come after the last unit, for whoever reads on. */
  take(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}

/** The engine's family. */
export type Family = 'postgresql' | 'mysql';

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CLIENT_SSL = 0x800;

/** What a unit in the clear means for how to read on. */
export type Meaning = 'asks' | 'secures' | 'starts' | 'nothing';

/**
 * Follows the start of a connection up to the point where TLS begins.
 *
 * @param framing that of the stream which the unit is from
 */
export function meaning(family: Family, direction: Direction, framing: Framing, unit: Buffer): Meaning {
  if (family === 'mysql') {
    // The only packet of this length with that flag, and only the second of a connection.
    const asks = direction === 'toServer' && framing === 'packet' && unit.length === 36 && unit[3] === 1;
    return asks && (unit.readUInt32LE(4) & CLIENT_SSL) !== 0 ? 'secures' : 'nothing';
  }
  if (framing === 'byte') return unit.toString() === 'S' ? 'secures' : 'nothing';
  if (framing !== 'start') return 'nothing';
  return [SSL_REQUEST, GSS_REQUEST].includes(unit.readUInt32BE(4)) ? 'asks' : 'starts';
}

/** The SQL that a unit in the clear carries, if any. */
export function statementOf(family: Family, framing: Framing, unit: Buffer): string | undefined {
  if (family === 'mysql') {
    // COM_QUERY and COM_STMT_PREPARE, which begin a dialogue.
    const command = framing === 'packet' && unit[3] === 0 ? unit[4] : undefined;
    // A client that can send query attributes says how many before the text: none, in one set.
    const from = command === 0x03 && unit[5] === 0 && unit[6] === 1 ? 7 : 5;
    return command === 0x03 || command === 0x16 ? unit.toString('utf8', from) : undefined;
  }
  if (framing !== 'typed') return undefined;
  const type = String.fromCharCode(unit[0] ?? 0);
  if (type === 'Q') return unit.toString('utf8', 5, unit.length - 1);
  if (type !== 'P') return undefined;
  const from = unit.indexOf(0, 5) + 1;
  return unit.toString('utf8', from, unit.indexOf(0, from));
}

export interface Refusal {
  /** PostgreSQL: five characters. Else a number, such as `1819`. */
  readonly code: string;
  readonly message: string;
}

/** The server's error in answer to a statement, as the client reads it. */
export function errorFrame(family: Family, { code, message }: Refusal): Buffer {
  if (family === 'mysql') {
    const body = Buffer.from(`\xff\0\0#HY000${message}`, 'latin1');
    body.writeUInt16LE(Number(code), 1);
    return Buffer.concat([Buffer.from([body.length & 255, body.length >> 8, 0, 1]), body]);
  }
  const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeUInt32BE(4 + fields.length, 1);
  // Ready, in a failed transaction or outside of one alike: a client that rolls back does no harm.
  return Buffer.concat([head, fields, Buffer.from('Z\0\0\0\x05I', 'latin1')]);
}
