import type { FastifyRequest } from 'fastify'

/** False when a page loads or fetches the URL: as a frame, an image, a script, data. */
export function isNavigation({ headers }: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': destination = 'document' } =
    headers
  return mode === 'navigate' && destination === 'document'
}

/** True when the browser wants a page to show. Other clients get JSON. */
export function wantsPage(request: FastifyRequest): boolean {
  return isNavigation(request) && (request.headers.accept ?? '').includes('text/html')
}
