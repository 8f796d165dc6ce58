import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Upstream {
  /** For the setting `ENDPOINT`; the other calls of Graph come here as well. */
  endpoint: string
  /** Every request that came, whatever its path. */
  requests: IncomingMessage[]
  close(): void
}

/** A downstream API that answers as the test wants. */
export async function startUpstream(answer: RequestListener): Promise<Upstream> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${String(port)}/v1.0/me`,
    requests,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
