import { DbcredsError } from '../errors.ts';
import type { Provider } from './provider.ts';

/** The half of a provider that is only read. @param place follows "dbcreds only reads" @param how what to do instead */
export function refuseWrites(place: string, how: string): Pick<Provider, 'writable' | 'set' | 'delete'> {
  const refuse = async (): Promise<never> => {
    throw new DbcredsError('READ_ONLY_PROVIDER', {
      message: `dbcreds only reads ${place}, and does not write there`,
      note: how,
    });
  };
  return { writable: false, set: refuse, delete: refuse };
}
