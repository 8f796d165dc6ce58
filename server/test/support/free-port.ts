import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A free port: the public URL has to be known before the server listens. The port lies below the
 * ports that the system gives to outgoing connections (32,768 and above on Linux), so that no
 * connection takes it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, '127.0.0.1', () =>
      server.close(() => {
        resolve(true)
      }),
    )
  })
}
