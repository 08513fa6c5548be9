/**
 * Percent-encoding of everything but RFC 3986's unreserved characters. `encodeURIComponent` leaves `!'()*` bare, which a
 * shell or an XML file then takes for its own.
 */
export function percent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `a=b&c=d`, percent-encoded, without the keys that have no value. */
export function query(parts: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parts)
    .filter((part): part is [string, string] => part[1] !== undefined)
    .map(([key, value]) => `${percent(key)}=${percent(value)}`)
    .join('&');
}
