/**
 * The part of pg that we use. Its main file would load a pool that we never need, and `pg-native` where
 * `NODE_PG_FORCE_NATIVE` happens to be set.
 */
declare module 'pg/lib/client.js' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';
  import type { ClientConfig, QueryResult } from 'pg';

  export default class Client extends EventEmitter {
    constructor(config: ClientConfig & { sslnegotiation: 'postgres' });
    readonly connection: EventEmitter & { readonly stream: Duplex };
    /** What it will send at the start, read from `PG*` variables where the configuration says nothing. */
    readonly connectionParameters: { options?: string | undefined; replication?: string | undefined };
    /** The server's process that serves the connection, from its BackendKeyData. */
    readonly processID: number | null;
    connect(): Promise<unknown>;
    query(query: { text: string; values?: unknown[] }): Promise<QueryResult | QueryResult[]>;
    end(): Promise<void>;
  }
}
