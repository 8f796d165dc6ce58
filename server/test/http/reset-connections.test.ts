import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

test.skipIf(behindNginx)(
  'a connection that is reset while its request is read does no harm',
  async () => {
    const world = await World.open({ TRUST_PROXY: '10.0.0.0/8' })
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(new URL(world.origin).port), '127.0.0.1')
      await once(socket, 'connect')
      // In one turn of the event loop, so that the server reads the bytes of a socket without an address.
      socket.write('GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n')
      socket.resetAndDestroy()
    }
    await vi.waitUntil(
      () => world.logLines.filter((line) => line.includes('request refused')).length >= 20,
    )
    expect((await world.openBrowser().fetch('/livez')).status).toBe(200)
    expect(world.logLines.some((line) => line.includes('"address":"unknown"'))).toBe(true)
    await world.close()
  },
)
