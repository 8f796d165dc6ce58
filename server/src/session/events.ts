import { PassThrough } from 'node:stream'
import { paths, type SessionEnded, type SessionExpiring } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import type { RouteDoc } from '../http/route-doc.ts'
import { absoluteExpiry, idleExpiry, warningTimeMs } from './lifetimes.ts'
import { requireSession, type SessionLookup } from './lookup.ts'
import type { SessionRecord } from './record.ts'
import type { SessionRoom } from './room.ts'

interface Watcher {
  stream: PassThrough
  /** The idle expiry that the page was last warned of. Each expiry causes one warning. */
  warnedIdleExpiry?: number
}

/** Heartbeats keep proxies, and the server's own timeout for silence, from closing the stream. */
const heartbeatEveryMs = 20_000
/**
 * Most streams in this process: as many connections as a browser holds open to one host. Other processes
 * count their own, because each bounds its own memory.
 */
const maxStreamsPerSession = 6

const doc: RouteDoc = {
  summary: 'Tells at once when the session ends, or is about to end.',
  description:
    'Server-sent events. `expiring` has the data {"serverTime","idleExpiresAt","expiresAt"}, `ended` has {"reason"}: `expired` or `revoked`. A browser sends `Sec-Fetch-Site: same-origin`, and a program X-CSRF.',
  tag: 'Session',
  session: 'needed',
  answers: {
    200: { description: 'The events, as they happen.', types: ['text/event-stream'] },
    204: { description: 'The session has six streams already, or the server is closing.' },
  },
}

/** `GET /api/session/events`: tells a page at once that its session ended, or is about to end. */
export async function sessionEvents(
  api: FastifyInstance,
  { watches, lifetimes }: SessionRoom,
): Promise<void> {
  const streamsByName = new Map<string, Set<PassThrough>>()
  let isClosing = false

  const route = { exposeHeadRoute: false, config: { sendsNoHeader: true, doc } }
  api.get(paths.sessionEvents, route, (request, reply) => {
    const { name } = requireSession(request)
    // The session was read while the server began to close.
    if (isClosing) return reply.code(204).send()
    const streams = streamsByName.get(name) ?? new Set()
    // A 204 ends an EventSource (HTML standard, "Server-sent events"). The page opens a new one later.
    if (streams.size >= maxStreamsPerSession) return reply.code(204).send()
    const stream = new PassThrough()
    streamsByName.set(name, streams.add(stream))
    stream.write('retry: 3000\n\n')
    const heartbeat = setInterval(() => {
      if (!stream.writableEnded) stream.write(': heartbeat\n\n')
    }, heartbeatEveryMs).unref()
    const watcher: Watcher = { stream }
    const stopWatching = watches.add(name, (found) => {
      if (!stream.writableEnded) notify(watcher, found)
    })
    stream.once('close', () => {
      clearInterval(heartbeat)
      stopWatching()
      streams.delete(stream)
      if (streams.size === 0) streamsByName.delete(name)
    })
    // `x-accel-buffering`: a proxy must not hold the events back.
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
    return reply.headers(headers).send(stream)
  })

  function notify(watcher: Watcher, found: SessionLookup): void {
    if (found.kind === 'live') {
      warn(watcher, found.session.record)
      return
    }
    const ended: SessionEnded = { reason: found.kind === 'ended' ? found.reason : 'revoked' }
    watcher.stream.end(eventOf('ended', ended))
  }

  function warn(watcher: Watcher, record: SessionRecord): void {
    const idle = idleExpiry(record, lifetimes)
    if (idle - Date.now() > warningTimeMs(lifetimes) || watcher.warnedIdleExpiry === idle) return
    watcher.warnedIdleExpiry = idle
    const expiring: SessionExpiring = {
      serverTime: new Date().toISOString(),
      idleExpiresAt: new Date(idle).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
    }
    watcher.stream.write(eventOf('expiring', expiring))
  }

  api.addHook('preClose', async () => {
    isClosing = true
    for (const streams of streamsByName.values()) for (const stream of streams) stream.end()
  })
}

/** The wire format of the HTML standard, "Server-sent events". */
function eventOf(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
