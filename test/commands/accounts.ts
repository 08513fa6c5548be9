import { readFileSync } from 'node:fs';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { Shop, urlOf, type Written } from './kit.ts';

const tls = { mode: 'verify-full', ca: 'ca.pem' };

/** An account of a server. */
export interface Account {
  readonly server: Server;
  readonly login: Login;
}

/** A shop with accounts of these names. All servers show certificates of one authority. */
export async function openAccounts(
  names: { readonly [name: string]: Server },
  more: (accounts: { readonly [name: string]: Account }) => { readonly [name: string]: Written } = () => ({}),
): Promise<{ shop: Shop; accounts: { readonly [name: string]: Account } }> {
  const accounts: { [name: string]: Account } = {};
  for (const [name, server] of Object.entries(names))
    accounts[name] = { server, login: await newLogin(server) };
  const profiles = Object.entries(accounts).map(([name, { server, login }]) => [
    name,
    { url: urlOf(server, login), tls },
  ]);
  const shop = await Shop.open();
  const changed = Object.entries(more(accounts));
  const all: { [name: string]: Written } = Object.fromEntries(profiles);
  for (const [name, entry] of changed) all[name] = { ...all[name], ...entry };
  shop.write(all);
  const [{ ca }] = Object.values(names) as [Server];
  shop.place.write('ca.pem', readFileSync(ca, 'utf8'));
  for (const [name, { login }] of Object.entries(accounts)) await shop.store(name, login.password);
  return { shop, accounts };
}

/** What became of each, as JSON. */
export function outcomes(stdout: string): { [id: string]: string } {
  const rows = JSON.parse(stdout) as { profile: string; outcome: string; error?: { code: string } }[];
  return Object.fromEntries(
    rows.map(({ profile, outcome, error }) => [
      profile.replace('shop/', ''),
      error ? `${outcome} ${error.code}` : outcome,
    ]),
  );
}
