import { type ParsedUrl, parseUrl } from '../profiles/target.ts';

// As hosted databases show it (`psql 'postgresql://...'`), as a `.env` file or a shell has it (`DATABASE_URL="..."`), or in
// quotes. Only in front of a scheme, so that no password loses a character.
const wrapped = /^(?:psql\s+|(?:export\s+)?[A-Z_]\w*=)?(["']?)([a-z][a-z0-9+.-]*:\/\/.*?)\1;?$/is;

/** Whether it is a connection URL of a known scheme, bare or as it is copied with what stands around it. */
export function readsAsUrl(text: string): boolean {
  return /^(postgres(ql)?|mysql|mariadb):\/\//i.test(bare(text));
}

/** Takes a URL apart as people have it in a clipboard. @throws DbcredsError `USAGE`, which never quotes it */
export function parsePasted(text: string): ParsedUrl {
  return parseUrl(bare(text));
}

function bare(text: string): string {
  return wrapped.exec(text.trim())?.[2] ?? text.trim();
}
