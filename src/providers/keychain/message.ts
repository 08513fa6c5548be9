/** A call without an answer's type: `destination` is asked `member` of `interface` at `path`, with strings. */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly strings?: readonly string[];
}

/** What came back: the body of the answer, or the name of the error. */
export interface Reply {
  readonly serial: number;
  readonly error?: string;
  readonly body: Buffer;
}

const CALL = 1;
/** Whoever is asked is not started for it: asking changes nothing. */
const NO_AUTO_START = 2;
const PATH = 1;
const INTERFACE = 2;
const MEMBER = 3;
const ERROR_NAME = 4;
const REPLY_SERIAL = 5;
const DESTINATION = 6;
const SIGNATURE = 8;

/** A message of D-Bus, little-endian (https://dbus.freedesktop.org/doc/dbus-specification.html, "Message Protocol"). */
export function encodeCall(call: Call, serial: number): Buffer {
  const { strings = [] } = call;
  const body = new Writer();
  for (const text of strings) body.text(text);
  const fields = new Writer();
  fields.field(PATH, 'o', call.path);
  fields.field(INTERFACE, 's', call.interface);
  fields.field(MEMBER, 's', call.member);
  fields.field(DESTINATION, 's', call.destination);
  if (strings.length > 0) fields.field(SIGNATURE, 'g', 's'.repeat(strings.length));
  const head = new Writer();
  head.bytes(0x6c, CALL, NO_AUTO_START, 1);
  for (const number of [body.length, serial, fields.length]) head.number(number);
  // The fields begin at a multiple of eight, as they did by themselves.
  const whole = new Writer();
  whole.raw(Buffer.concat([head.data, fields.data]));
  whole.align(8);
  return Buffer.concat([whole.data, body.data]);
}

/** Takes the first whole message off what arrived. `undefined`: not all of it is here. */
export function decode(data: Buffer): { reply: Reply; rest: Buffer } | undefined {
  if (data.length < 16) return undefined;
  const end = 16 + data.readUInt32LE(12);
  const start = aligned(end, 8);
  const next = start + data.readUInt32LE(4);
  if (data.length < next) return undefined;
  const { serial = 0, error } = fieldsOf(data, end);
  return {
    reply: { serial, ...(error === undefined ? {} : { error }), body: data.subarray(start, next) },
    rest: data.subarray(next),
  };
}

function fieldsOf(data: Buffer, end: number): { serial?: number; error?: string } {
  const found: { serial?: number; error?: string } = {};
  for (let at = 16; at < end; at = aligned(at, 8)) {
    const code = data[at];
    const type = String.fromCharCode(data[at + 2] ?? 0);
    at += 4;
    if (type === 'g') {
      at += 2 + (data[at] ?? 0);
      continue;
    }
    const number = data.readUInt32LE(at);
    if (code === REPLY_SERIAL) found.serial = number;
    if (code === ERROR_NAME) found.error = readText(data, at);
    at += type === 'u' ? 4 : 4 + number + 1;
  }
  return found;
}

/** A string or object path. */
export function readText(data: Buffer, at = 0): string {
  return data.toString('utf8', at + 4, at + 4 + data.readUInt32LE(at));
}

/** A list of strings. */
export function readTexts(data: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 4; at < 4 + data.readUInt32LE(0); ) {
    const text = readText(data, at);
    texts.push(text);
    at = aligned(at + 4 + Buffer.byteLength(text) + 1, 4);
  }
  return texts;
}

const aligned = (at: number, to: number): number => Math.ceil(at / to) * to;

class Writer {
  data: Buffer = Buffer.alloc(0);

  get length(): number {
    return this.data.length;
  }

  raw(more: Buffer): void {
    this.data = Buffer.concat([this.data, more]);
  }

  bytes(...bytes: number[]): void {
    this.raw(Buffer.from(bytes));
  }

  align(to: number): void {
    this.raw(Buffer.alloc(aligned(this.length, to) - this.length));
  }

  number(value: number): void {
    this.align(4);
    const data = Buffer.alloc(4);
    data.writeUInt32LE(value);
    this.raw(data);
  }

  text(value: string): void {
    this.number(Buffer.byteLength(value));
    this.raw(Buffer.from(`${value}\0`));
  }

  /** A header field: its code, and a value that carries its type. */
  field(code: number, type: 'o' | 's' | 'g', value: string): void {
    this.align(8);
    this.bytes(code, 1, type.charCodeAt(0), 0);
    if (type === 'g') this.bytes(value.length, ...Buffer.from(`${value}\0`));
    else this.text(value);
  }
}
