/** The path of a request's URL: without the query, which can hold a code or a state. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? ''
}
