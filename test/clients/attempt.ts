import { readFileSync, statSync } from 'node:fs';
import { delimiter } from 'node:path';
import { newPlace } from '../helpers/place.ts';
import { dbcreds, type Result } from '../helpers/program.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import type { Client, Kit, Outcome, Outcomes, Way } from './roster/client.ts';

type Case = keyof Outcomes;

/** An outcome with what the client said, for whoever has to find out why. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly words: string;
}

/** One way of a client against one server, by a user that nobody else is. */
export async function attempt(client: Client, way: Way, kit: Kit, which: Case): Promise<Attempt> {
  const server = await use(client.engine, which === 'whole' ? 'right' : which);
  const login = await newLogin(server);
  const from = statSync(server.log).size;
  const result = await travel(server, login, way, kit, which === 'whole');
  const log = readFileSync(server.log).subarray(from).toString('utf8');
  return judge(result, login, way, log);
}

/** The client under the built program, with a private CA and verify-full. */
function travel(server: Server, login: Login, way: Way, kit: Kit, whole: boolean): Promise<Result> {
  const place = newPlace();
  place.write('certs/ca.pem', readFileSync(server.ca, 'utf8'));
  const { engine, host, port } = server;
  const { user, password, database } = login;
  const tls = { mode: 'verify-full', ca: 'certs/ca.pem', ...(way.extraCa ? { nodeExtraCa: true } : {}) };
  const profile = { ...{ engine, host, port, user, database, provider: 'env', tls }, ...styleOf(way) };
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: profile } });
  const only = ['DATABASE_URL', ...(way.beside ?? []), ...(way.extraCa ? ['NODE_EXTRA_CA_CERTS'] : [])];
  const flags = way.by === 'url' && !whole ? ['--only', only.join(',')] : [];
  const path = [...(kit.path ?? []), server.clients, place.env.PATH].join(delimiter);
  const env = { ...kit.env, DBCREDS_DEV_PASSWORD: password, PATH: path };
  const without = way.by === 'variables' && !whole ? ['env', '-u', 'DATABASE_URL'] : [];
  const args = ['run', '--env', 'dev', ...flags, '--', ...without, ...way.command(kit)];
  return dbcreds(args, { place, env, timeout: 60_000 });
}

const styleOf = ({ urlStyle }: Way): { urlStyle?: string } => (urlStyle === undefined ? {} : { urlStyle });

/** What clients say of a certificate that they do not take, or of a server without TLS. */
const refusal =
  /[Cc]ertificate|self.signed|SELF_SIGNED|UNABLE_TO|altname|ALTNAME|not valid for name|UnknownIssuer|NotValidForName|x509|(SSL|TLS).*(support|required)|support.*(SSL|TLS)|ssl not enabled|secure (TLS )?connection/;

/** The server's own log says who got in and how: a client may say what it likes. */
function judge({ code, stdout, stderr }: Result, login: Login, { prints, says }: Way, log: string): Attempt {
  const words = `exit ${code}: ${stdout}${gist(stderr)}`;
  const said = (outcome: Outcome): Attempt => ({ outcome, words });
  const refuses = code !== 0 && (refusal.test(stderr) || says?.test(stderr));
  if (!log.includes(login.user)) return said(refuses ? 'refused' : 'failed');
  const tls = loggedIn(login.user, log);
  const right = prints
    ? prints.test(stdout)
    : stdout === `${login.user}|${login.database}|${tls ? 't' : 'f'}\n`;
  if (tls && refuses && stdout === '') return said('late');
  if (tls === undefined || code !== 0 || !right) return said('failed');
  return said(tls ? 'tls' : 'clear');
}

/** Whether the user got in over TLS at each login, or `undefined` where nobody did. */
function loggedIn(user: string, log: string): boolean | undefined {
  const logins = log
    .split('\n')
    .filter((line) => line.includes(user) && /connection authorized:|\bConnect\b(?!.*denied)/.test(line));
  if (logins.length === 0) return undefined;
  return logins.every((line) => /SSL enabled|using (SSL\/)?TLS/.test(line));
}

/** The lines that say why, of a report that shows a whole stack and certificate. */
function gist(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim().slice(0, 160));
  const telling = lines.filter(
    (line) => /error|cannot|cause|denied|warn|fail/i.test(line) && !line.startsWith('at '),
  );
  return (telling.length > 0 ? telling : lines).slice(0, 4).join(' / ');
}
