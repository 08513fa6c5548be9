/** What to type after a command: `prod` of `shop/prod`. */
export const namedAs = (id: string): string => id.slice(id.indexOf('/') + 1);
