import { attack, ofProfile } from './attack.ts';
import type { Attempt, Json } from './victim.ts';

const changed = 'BINDING_CHANGED';
const bad = 'BAD_PROFILE';
const lacking = 'NO_CREDENTIAL';

/** The whole file, changed. */
const file = (edit: (file: Json) => void, code: string, more: Partial<Attempt> = {}): Attempt => ({
  edit: (whole) => edit(whole),
  code,
  ...more,
});

/** A further profile, of the attacker's making. */
const evil = (profile: object, code: string, more: Partial<Attempt> = {}): Attempt =>
  file(
    ({ profiles }) => {
      profiles.evil = { ...profiles.prod, ...profile };
    },
    code,
    { run: 'evil', ...more },
  );

/** For who asks for less than `dev`. */
const readOnly = (name: string, code: string): Attempt => ({
  ...ofProfile('dev', { readOnly: name }, code),
  args: ['--read-only'],
});

attack('names', {
  'a project of another name': file((whole) => {
    whole.project = 'shop2';
  }, lacking),
  'a project of a name that looks alike': file((whole) => {
    whole.project = 'shор';
  }, bad),
  'no project': file((whole) => {
    delete whole.project;
  }, bad),
  'a project in capitals': file((whole) => {
    whole.project = 'SHOP';
  }, bad),
  'a project with a slash': file((whole) => {
    whole.project = 'shop/prod';
  }, bad),
  'a project that leads upwards': file((whole) => {
    whole.project = '../shop';
  }, bad),
  'a list of projects': file((whole) => {
    whole.project = ['shop'];
  }, bad),
  'a copy under another name': evil({}, lacking),
  "the user's own form": file(({ profiles }) => {
    profiles['shop/prod'] = { hostAddress: '127.0.0.1' };
  }, bad),
  'a name with a variable in it': file(({ profiles }) => {
    profiles.prod_url = profiles.prod;
    profiles['prod-url'] = profiles.prod;
  }, bad),
  'two spellings of one variable': file(({ profiles }) => {
    profiles['p-1'] = profiles.prod;
    profiles.p_1 = profiles.prod;
  }, bad),
  'a name in capitals': file(({ profiles }) => {
    profiles.PROD = profiles.prod;
  }, bad),
  'a name that leads upwards': file(({ profiles }) => {
    profiles['../prod'] = profiles.prod;
  }, bad),
  'an empty name': file(({ profiles }) => {
    profiles[''] = profiles.prod;
  }, bad),
  'a name with a line end': file(({ profiles }) => {
    profiles['prod\n'] = profiles.prod;
  }, bad),
});

attack('records of others', {
  "production's record for development's target": ofProfile('dev', { credential: 'prod' }, changed),
  "production's record under another name": evil({ credential: 'prod' }, changed, {
    says: 'was never used from',
  }),
  'the same without its production': evil({ credential: 'prod', production: undefined }, changed),
  'the same for another host': evil(
    { credential: 'prod', url: 'postgresql://shop_app@evil.example/shop' },
    changed,
    { says: 'is for another target' },
  ),
  'a record of another project': evil({ credential: '../shop/prod' }, lacking),
  'a record by its whole name': evil({ credential: 'shop/prod' }, lacking),
  'a record of the prototype': evil({ credential: '__proto__' }, lacking),
  'no record': evil({ credential: '' }, bad),
  'a profile that cannot write': readOnly('prod', 'READ_ONLY'),
  'one that is not there': readOnly('nobody', 'NO_PROFILE'),
  'one of the attacker': {
    edit: ({ profiles }, { trap }) => {
      const url = `postgresql://shop@127.0.0.1:${trap.port}/shop_dev`;
      profiles.evil = { ...profiles.dev, url, credential: 'dev' };
      profiles.dev.readOnly = 'evil';
    },
    run: 'dev',
    args: ['--read-only'],
    code: changed,
  },
  'a default of the attacker': file((whole) => {
    whole.default = 'prod';
  }, bad),
  "a key of the user's own file": ofProfile('prod', { soleHolder: true }, bad, 'your own profiles.json'),
  'a command of the attacker': ofProfile('prod', { rotation: { push: [['./evil']] } }, bad),
  'an unknown key': ofProfile('prod', { hostAdress: '127.0.0.1' }, bad, 'did you mean "hostAddress"?'),
  'an unknown key of the file': file((whole) => {
    whole.include = 'https://evil.example';
  }, bad),
  'a password in the file': ofProfile('prod', { password: 'hunter22' }, bad, 'holds a secret'),
  'a password in the URL': ofProfile(
    'prod',
    { url: 'postgresql://shop_app:hunter22@db.company.example/shop' },
    bad,
    'holds a password',
  ),
  'null in the place of a profile': file(({ profiles }) => {
    profiles.prod = null;
  }, bad),
  'a list in the place of a profile': file(({ profiles }) => {
    profiles.prod = [];
  }, bad),
  'a list in the place of profiles': file((whole) => {
    whole.profiles = [whole.profiles.prod];
  }, bad),
  'nothing in the place of profiles': file((whole) => {
    delete whole.profiles;
  }, 'NO_PROFILE'),
});

attack('where the password is kept', {
  'a variable that is not set': ofProfile('prod', { provider: 'env' }, lacking),
  'a .env file for production': ofProfile('prod', { provider: 'dotenv' }, 'NOT_FOR_PRODUCTION'),
  'a provider that is none': ofProfile('prod', { provider: 'vault' }, bad),
  'a provider of the prototype': ofProfile('prod', { provider: 'constructor' }, bad),
});
