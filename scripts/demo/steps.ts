import type { DemoGround } from './ground.ts';

/** One command of the session, and how it has to end. */
export interface Step {
  /** What it is about, told before it. */
  readonly about?: string;
  /** For a shell. What is printed is what is run. */
  readonly line: string;
  /** Exit status. */
  readonly status: number;
  /** What its output must hold. */
  readonly shows: readonly (string | RegExp)[];
  /** What its output must not hold. */
  readonly hides?: string | RegExp;
  /** Through a pipe. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** On a terminal: what is typed when that text appears. */
  readonly types?: readonly (readonly [question: string, answer: string])[];
}

/** The session, in the order in which a newcomer would meet things. */
export function steps(ground: DemoGround, terminal: boolean): Step[] {
  return [
    ...storing(ground),
    ...running(ground),
    ...production(terminal),
    ...refusals(ground),
    ...edits(),
    ...looking(),
  ];
}

const app = 'node app.js';
const connected = (user: string): RegExp =>
  new RegExp(`^connected as ${user} with TLSv1\\.[23], certificate verified$`, 'm');

function storing({ passwords, store }: DemoGround): Step[] {
  const stored = store.name === 'keychain' ? 'in Secret Service' : /in .*credentials\.age/;
  return [
    {
      about: 'A project says which databases there are. No password stands in it.',
      line: 'cat dbcreds.json',
      status: 0,
      shows: ['"production": true', 'verify-full'],
      hides: /password/i,
    },
    {
      about:
        'Each password is typed hidden, or comes through a pipe as here; an argument would be public.\nIt is stored once it has logged in.',
      line: 'dbcreds add dev --password-stdin',
      input: `${passwords.dev}\n`,
      status: 0,
      shows: ['logged in, and stored the password of shop/dev', stored],
    },
    {
      line: 'dbcreds add prod --password-stdin',
      input: `${passwords.prod}\n`,
      status: 0,
      shows: ['logged in, and stored the password of shop/prod', stored],
    },
    { line: 'dbcreds list', status: 0, shows: [/^shop\/dev .*89 days|90 days/m, /^shop\/prod ! /m] },
  ];
}

function running({ psql }: DemoGround): Step[] {
  const query = 'select current_user, ssl, version from pg_stat_ssl where pid = pg_backend_pid()';
  return [
    {
      about: 'The main job: the app gets DATABASE_URL, and knows nothing of where it comes from.',
      line: `dbcreds run --env dev -- ${app}`,
      status: 0,
      shows: [connected('shop')],
      hides: 'dbcreds',
    },
    { line: 'dbcreds test dev', status: 0, shows: [/server +PostgreSQL \d/, /TLS +TLSv1\.[23], verified/] },
    ...(psql
      ? [
          {
            line: `dbcreds run --env dev -- psql -c "${query}"`,
            status: 0,
            shows: [/ shop +\| t +\| TLSv1\.[23]/],
          },
        ]
      : []),
    {
      about: "A command ends as it would have without dbcreds; one that isn't there is 127.",
      line: "dbcreds run --env dev -- sh -c 'exit 7'",
      status: 7,
      shows: [],
      hides: /./,
    },
    { line: 'dbcreds run --env dev -- nod app.js', status: 127, shows: ['(NOT_FOUND)'] },
  ];
}

function production(terminal: boolean): Step[] {
  return [
    {
      about: 'Production is confirmed before anything starts. Without a terminal nobody can be asked:',
      line: `dbcreds run --env prod -- ${app}`,
      status: 125,
      shows: ['(CONFIRM)', '--confirm prod'],
      hides: 'connected',
    },
    ...(terminal
      ? [
          {
            about: 'On a terminal it is asked for (the answer is typed by this demonstration):',
            line: `dbcreds run --env prod -- ${app}`,
            status: 0,
            shows: ['PRODUCTION', connected('shop_app')],
            types: [['to go on: ', 'prod']] as const,
          },
        ]
      : []),
    {
      about: 'A script or job says that it means it:',
      line: `dbcreds run --env prod --confirm prod -- ${app}`,
      status: 0,
      shows: [connected('shop_app')],
    },
  ];
}

function refusals({ passwords, impostor }: DemoGround): Step[] {
  const day = new Date(Date.now() - 102 * 86_400_000).toISOString().slice(0, 10);
  return [
    {
      about:
        'In a job the password comes from the environment, with the day on which it was set.\nHere DBCREDS_DEV_PASSWORD is set, too long ago:',
      line: `DBCREDS_DEV_SET_AT=${day} dbcreds run --env dev -- ${app}`,
      env: { DBCREDS_DEV_PASSWORD: passwords.dev },
      status: 125,
      shows: ['expired 12 days ago (EXPIRED)'],
      hides: 'connected',
    },
    {
      about: 'A switch that makes every Node program accept any certificate:',
      line: `NODE_TLS_REJECT_UNAUTHORIZED=0 dbcreds run --env prod --confirm prod -- ${app}`,
      status: 125,
      shows: ['(UNSAFE_ENV)', 'unset NODE_TLS_REJECT_UNAUTHORIZED'],
      hides: 'connected',
    },
    {
      about:
        'Somebody in between: the same name at another address, with a certificate of their own.\nThey never see the password.',
      line: `dbcreds run --env prod --confirm prod --verify --via 127.0.0.1:${impostor.port} -- ${app}`,
      status: 125,
      shows: ['(CERT_UNKNOWN_CA)'],
      hides: 'connected',
    },
  ];
}

function edits(): Step[] {
  return [
    {
      about: 'Somebody edits dbcreds.json, so that the password would go to a host of theirs:',
      line: "sed -i.orig 's/@localhost/@db.evil.example/' dbcreds.json",
      status: 0,
      shows: [],
    },
    {
      line: `dbcreds run --env dev -- ${app}`,
      status: 125,
      shows: ['(BINDING_CHANGED)', 'db.evil.example', 'allowed: ', 'dbcreds trust dev'],
      hides: 'connected',
    },
    {
      about: 'Or so that TLS would no longer tell who is there. Every guard speaks at once:',
      line: 'sed s/verify-full/require/ dbcreds.json.orig > dbcreds.json',
      status: 0,
      shows: [],
    },
    {
      line: `dbcreds run --env prod --confirm prod -- ${app}`,
      status: 125,
      shows: ['(BINDING_CHANGED)', '(WEAK_TLS)'],
      hides: 'connected',
    },
    {
      about: 'Put back, all is as before:',
      line: `mv dbcreds.json.orig dbcreds.json && dbcreds run --env dev -- ${app}`,
      status: 0,
      shows: [connected('shop')],
    },
  ];
}

function looking(): Step[] {
  return [
    {
      about: 'The log of runs has names and outcomes, no values:',
      line: 'dbcreds log',
      status: 0,
      shows: [/shop\/prod .*CONFIRM/, /shop\/dev .*launching/],
    },
  ];
}
