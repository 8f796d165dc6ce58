import type { FastifyRequest } from 'fastify'

/** False for what a page loads or fetches by itself: a frame, an image, a script. */
export function isNavigation({ headers }: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': destination = 'document' } =
    headers
  return mode === 'navigate' && destination === 'document'
}

/** Whether a person waits for a page. Else it is a program, and takes JSON. */
export function wantsPage(request: FastifyRequest): boolean {
  return isNavigation(request) && (request.headers.accept ?? '').includes('text/html')
}
