/** The path of a URL, without its query, which can hold a code or a state. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? ''
}
